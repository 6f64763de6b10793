/** Machines to plant: each is the Debian of a laptop but for what is named. */
import type { KernelTrial, MachineState } from './machine-state.ts';

const allWorks: KernelTrial = {
  namespace: undefined,
  tap: undefined,
  veth: undefined,
  bridge: undefined,
  netem: undefined,
  tbf: undefined,
  ipv6: undefined,
  nat: undefined,
};

export function kernelWithout(...parts: readonly (keyof KernelTrial)[]): KernelTrial {
  const refused = parts.map((part) => [part, 'the kernel refuses it (EINVAL)']);
  return { ...allWorks, ...Object.fromEntries(refused) };
}

export const laptop: MachineState = {
  ...{ platform: 'linux', architecture: 'x64', kernelRelease: '6.1.0-28-amd64' },
  ...{ distribution: 'debian', relatives: [], runner: undefined, isContainer: false },
  ...{ loadsModules: true, nodeVersion: '26.10.0', cores: 8, memoryBytes: 16e9 },
  ...{ hasBindings: true, isRoot: true, kernel: allWorks, unprivilegedNamespaces: 'allowed' },
  ...{ neighbourLimit: 65_536, commands: ['nft', 'ip', 'ping', 'tshark', 'iperf3'] },
  docker: 'silent',
};

export function machine(parts: Partial<MachineState>): MachineState {
  return { ...laptop, ...parts };
}
