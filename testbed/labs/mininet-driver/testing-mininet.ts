/** A Mininet host for the tests of a file, our lab on it, and what a lab could leave behind there. */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { MininetHost } from './host/mininet-host.ts';
import { createMininetLab, type MininetLab } from './mininet-lab.ts';
import type { MininetTarget } from './ssh/target.ts';

export class TestingMininet implements AsyncDisposable {
  readonly target: MininetTarget;
  readonly #lab: MininetLab | undefined;
  readonly #made: AsyncDisposableStack;

  private constructor(
    target: MininetTarget,
    lab: MininetLab | undefined,
    made: AsyncDisposableStack,
  ) {
    this.target = target;
    this.#lab = lab;
    this.#made = made;
  }

  get lab(): MininetLab {
    if (this.#lab === undefined) throw new Error('the host was raised without a lab');
    return this.#lab;
  }

  /** Without names of programs there is no lab on it yet: its bundle takes a while to get there. */
  static async raise(programs?: readonly string[]): Promise<TestingMininet> {
    await using made = new AsyncDisposableStack();
    const ledger = made.use(Ledger.open('mininet', newRunId()));
    const host = made.use(await MininetHost.raise({ ledger }));
    const target = { login: 'mininet', configPath: host.configPath };
    const lab = programs && made.use(await createMininetLab(target, programs));
    return new TestingMininet(target, lab, made.move());
  }

  /** Of a command on the host: what it prints. */
  ask(command: string): string {
    const words = ['-F', this.target.configPath!, 'mininet', command];
    return execFileSync('ssh', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** Runs, namespaces, hosts of Mininet, the processes of our runs. */
  leftovers(): string[] {
    const text = this.ask(
      'ls /run/ropewalk /run/netns 2>/dev/null; ps -eo args | grep -E "^bash .*[m]ininet:rw-" || true; ' +
        'grep -laz ^ROPEWALK_RUN= /proc/[0-9]*/environ 2>/dev/null || true',
    );
    return text.split('\n').filter((line) => line !== '' && !line.endsWith(':'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made.disposeAsync();
  }
}

/** Minutes of a processor: where nobody asks for the lab by name, its tests are left out. */
export function isAskedFor(): boolean {
  return (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('mininet');
}
