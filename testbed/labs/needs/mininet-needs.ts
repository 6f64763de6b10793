/** The mininet lab needs ssh; what the machine that it reaches needs is asked there, when it is reached. */
import { type Need, need } from './diagnosis.ts';
import type { MachineState } from './machine-state.ts';
import { installPackage } from './remedies.ts';

export function mininetNeeds(state: MachineState): Need[] {
  const hasSsh = ['ssh', 'ssh-keygen'].every((name) => state.commands.includes(name));
  const hostParts = ['linux.uml', 'sshd', 'mn'].filter((name) => !state.commands.includes(name));
  return [
    need('ssh', hasSsh, {
      found: hasSsh ? 'on the PATH' : 'not on the PATH',
      remedy: installPackage(state, 'openssh-client'),
    }),
    need('parts of a Mininet host', hostParts.length === 0, {
      found: hostParts.length === 0 ? 'all there' : `no ${hostParts.join(', ')}`,
      only: 'for --mininet here, a host on this machine',
      remedy: 'sudo make mininet-host',
    }),
  ];
}
