/** What a machine must have to be a Mininet host for us, asked in one command before anything is sent. */
import process from 'node:process';
import { UnsupportedError } from '../../../src/base/errors.ts';
import type { SshConnection } from './ssh/connection.ts';
import { runCommand } from './ssh/run-command.ts';
import { placeOf } from './ssh/ssh-errors.ts';

export interface MininetMachine {
  /** `Linux x86_64` */
  readonly system: string;
  /** Of the kernel: `6.1.176` */
  readonly release: string;
  readonly isRoot: boolean;
  readonly canSudo: boolean;
  readonly home: string;
  readonly hasMininet: boolean;
}

const question = [
  'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin',
  'uname -sm',
  'uname -r',
  'id -u',
  'if sudo -n true 2>/dev/null; then echo yes; else echo no; fi',
  'echo "$HOME"',
  // Shells find files that nobody can execute, too.
  'if [ -x "$(command -v mn)" ]; then echo yes; else echo no; fi',
].join('; ');

export async function askMachine(connection: SshConnection): Promise<MininetMachine> {
  const { stdout } = await runCommand(connection, question);
  return parseMachine(stdout);
}

export function parseMachine(text: string): MininetMachine {
  const [system = '', release = '', uid, sudo, home = '', mininet] = text.trimEnd().split('\n');
  return {
    ...{ system, release, home },
    isRoot: uid === '0',
    canSudo: sudo === 'yes',
    hasMininet: mininet === 'yes',
  };
}

/** epoll_pwait2, by which the hub sleeps, came with it. */
const leastKernel = [5, 11] as const;

/** The first thing that is missing there. */
export function refuseMachine(machine: MininetMachine, connection: SshConnection): void {
  const lack = lackOfMachine(machine, placeOf(connection.settings));
  if (lack !== undefined) throw new UnsupportedError(lack);
}

export function lackOfMachine(machine: MininetMachine, place: string) {
  const { system, release, isRoot, canSudo, hasMininet } = machine;
  if (system !== systemHere()) {
    return {
      code: 'mininet-machine-differs',
      message: `${place} is a ${system || 'machine without uname'}, and this is a ${systemHere()}: our Node can't run there`,
      hint: 'start Ropewalk on a machine of the same kind',
    };
  }
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  if (major < leastKernel[0] || (major === leastKernel[0] && minor < leastKernel[1])) {
    return {
      code: 'mininet-kernel-old',
      message: `${place} has Linux ${release}, and calls that our hub makes came with ${leastKernel.join('.')}`,
      hint: 'take a machine with a newer kernel; or raise one here: make mininet-host',
    };
  }
  if (!hasMininet) {
    return {
      code: 'no-mininet',
      message: `${place} has no Mininet: there is no mn`,
      hint: `install it there: ssh ${place} sudo apt-get install --no-install-recommends mininet`,
    };
  }
  if (isRoot || canSudo) return undefined;
  return {
    code: 'mininet-no-sudo',
    message: `${place} lets this login do nothing as root without a password, and Mininet needs root`,
    hint: 'let it: echo "$USER ALL=(ALL) NOPASSWD: ALL" | sudo tee /etc/sudoers.d/ropewalk; or log in as root',
  };
}

/** As uname says it. */
function systemHere(): string {
  const machines: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
  return `Linux ${machines[process.arch] ?? process.arch}`;
}
