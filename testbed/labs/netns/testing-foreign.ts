/** A namespace of somebody else's, with all in it that a careless `gc` could take along. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { newRunId } from '../ledger/run-id.ts';
import { findTool } from '../processes/find-tool.ts';

const device = 'foreign0';
const nft = findTool('nft')!;
const table = `table inet foreign {
  chain entry { type filter hook input priority 0; tcp dport 9 drop; }
}
`;

/** The addresses are given, so that none appears later by itself. */
const planted: readonly (readonly string[])[] = [
  ['link', 'add', 'name', device, 'type', 'veth', 'peer', 'name', 'foreign1'],
  ...[device, 'foreign1'].map((end) => ['link', 'set', end, 'addrgenmode', 'none', 'up']),
  ['addr', 'add', '192.0.2.9/24', 'dev', device],
  ['route', 'add', '198.51.100.0/24', 'via', '192.0.2.1'],
];

/** How each of them goes; all have to be missed then. */
const losses: readonly (readonly string[])[] = [
  [nft, 'delete', 'table', 'inet', 'foreign'],
  ['ip', 'route', 'del', '198.51.100.0/24'],
  ['ip', 'addr', 'del', '192.0.2.9/24', 'dev', device],
  ['ip', 'link', 'del', device],
];

export class ForeignGuest {
  /** Not ours, although it is called like one of ours: no ledger names it. */
  readonly #name = `rw-${newRunId()}-0`;
  readonly #process: ChildProcess;

  constructor() {
    execFileSync('ip', ['netns', 'add', this.#name]);
    for (const words of planted) this.#inside(['ip', ...words]);
    this.#inside([nft, '-f', '-'], table);
    const argv = ['netns', 'exec', this.#name, 'sleep', '86399.7'];
    this.#process = spawn('ip', argv, { stdio: 'ignore' });
  }

  state(): object {
    return {
      foreignAddresses: this.#inside(['ip', '-o', 'addr']),
      foreignLinks: this.#inside(['ip', '-br', 'link']),
      foreignRoutes: this.#inside(['ip', 'route']),
      foreignRules: this.#inside([nft, 'list', 'ruleset']),
    };
  }

  /** A process that is killed has no exit code: it has the signal. */
  async isAlive(): Promise<boolean> {
    // That it ended is heard between two turns of the event loop.
    await setImmediate();
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What is taken from it one by one, and in the end its life, is seen by `state` and `isAlive`. */
  async proveThatLossesAreSeen(): Promise<void> {
    for (const loss of losses) {
      const before = this.state();
      this.#inside(loss);
      assert.notDeepEqual(this.state(), before, `nobody sees ${loss.join(' ')}`);
    }
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
    assert.equal(await this.isAlive(), false, 'nobody sees that the guest is dead');
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
    execFileSync('ip', ['netns', 'del', this.#name]);
  }

  #inside(argv: readonly string[], input = ''): string {
    const entered = ['netns', 'exec', this.#name, ...argv];
    return execFileSync('ip', entered, { encoding: 'utf8', input });
  }
}
