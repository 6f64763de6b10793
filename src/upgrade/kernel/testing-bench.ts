/** A unit, a counter that it knows, and upgrades of it, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import type { FromUnit, ServiceRow } from '../messages.ts';
import { unitVariable } from './unit-address.ts';
import { UnitProcess } from './unit-process.ts';
import { askUnit } from './unit-verbs.ts';

const counterFile = fileURLToPath(new URL('testing-counter.ts', import.meta.url));

export interface Serving {
  readonly serving: number;
  readonly version: string;
  readonly port: number;
}

/** Left out: this process's own namespace, and the kernel's sockets. */
interface Place {
  readonly namespace?: NetworkNamespace;
  readonly env?: Readonly<Record<string, string>>;
}

interface Started {
  readonly unit: UnitProcess;
  readonly unitName: string;
  readonly kinds: string[];
  readonly onKind: Map<string, () => void>;
  readonly place: Place;
}

/** What it opens at once, before it waits for anything, it opens there. */
function within<T>({ namespace }: Place, action: () => T): T {
  if (namespace === undefined) return action();
  return runInNamespace(namespace, () => ({ begun: action() })).begun;
}

export class Bench implements AsyncDisposable {
  readonly unitName: string;
  /** What the unit recorded. */
  readonly kinds: string[];
  readonly #unit: UnitProcess;
  readonly #first: ChildProcess;
  readonly #said: AsyncIterator<string>;
  readonly #others: ChildProcess[] = [];
  port = 0;
  readonly #onKind: Map<string, () => void>;
  readonly #place: Place;

  private constructor({ unit, unitName, kinds, onKind, place }: Started) {
    this.#unit = unit;
    this.#onKind = onKind;
    this.#place = place;
    this.kinds = kinds;
    this.unitName = unitName;
    this.#first = this.#spawn('counter');
    // A test that took too long is left, not ended: its processes must not outlive it.
    process.once('exit', this.#endProcesses);
    this.#said = linesOf(this.#first);
  }

  static async start(place: Place = {}): Promise<Bench> {
    const name = `test-${randomBytes(4).toString('hex')}`;
    const kinds: string[] = [];
    const onKind = new Map<string, () => void>();
    const record = (kind: string) => {
      kinds.push(kind);
      onKind.get(kind)?.();
    };
    const unit = await within(place, () => UnitProcess.start({ name, records: { record } }));
    const bench = new Bench({ unit, unitName: name, kinds, onKind, place });
    bench.port = (await bench.nextServing()).port;
    return bench;
  }

  async nextServing(): Promise<Serving> {
    return nextOf(this.#said);
  }

  /** Another service of the same unit, which nobody upgrades. */
  async serveBeside(name: string): Promise<Serving> {
    const other = this.#spawn(name);
    this.#others.push(other);
    return nextOf(linesOf(other));
  }

  #spawn(service: string): ChildProcess {
    const { namespace, env: placeEnv } = this.#place;
    const own = { [unitVariable]: this.unitName, COUNTER_NAME: service };
    const env = { ...process.env, ...placeEnv, ...own };
    const net = `--net=/proc/${process.pid}/fd/${namespace?.fd}`;
    const words = namespace === undefined ? [] : ['nsenter', net];
    const [file, ...args] = [...words, process.execPath, counterFile, '1'];
    return spawn(file!, args, {
      ...{ env, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    });
  }

  /** Inside the unit, as it records. */
  on(kind: string, callback: () => void): void {
    this.#onKind.set(kind, callback);
  }

  /** What became of it. */
  upgradeTo(version: string, fault = ''): Promise<FromUnit> {
    const command = [process.execPath, counterFile, version, fault];
    const question = { kind: 'ask-upgrade', service: 'counter', command } as const;
    return within(this.#place, () => askUnit(this.unitName, question));
  }

  async rows(): Promise<readonly ServiceRow[]> {
    const answer = await within(this.#place, () => askUnit(this.unitName, { kind: 'list' }));
    return answer.kind === 'table' ? answer.services : [];
  }

  readonly #endProcesses = (): void => {
    for (const { pid } of [this.#first, ...this.#others]) {
      try {
        process.kill(-pid!, 'SIGKILL');
      } catch {
        // All of them ended before.
      }
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.#endProcesses);
    this.#endProcesses();
    await this.#unit[Symbol.asyncDispose]();
  }
}

function linesOf(child: ChildProcess): AsyncIterator<string> {
  return createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
}

async function nextOf(said: AsyncIterator<string>): Promise<Serving> {
  const { value } = await said.next();
  return JSON.parse(value) as Serving;
}
