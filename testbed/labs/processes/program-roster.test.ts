import test from 'ava';
import type { PlannedProgram } from '../../plan/plan.ts';
import { ProgramRoster } from './program-roster.ts';
import type { StartedProgram } from './started-program.ts';

function planned(id: string, node: string): PlannedProgram {
  const rest = { settings: {}, traffic: undefined, awaited: true, opens: false, startNs: 0 };
  return { id, node, run: 'echo', ...rest };
}

class FakeProgram implements StartedProgram {
  readonly planned: PlannedProgram;
  readonly prepared = Promise.resolve();
  readonly #log: string[];
  readonly #done: ReadonlySet<string>;
  #isOver = false;
  diedWithNode = false;

  constructor(planned: PlannedProgram, log: string[], done: ReadonlySet<string>) {
    this.planned = planned;
    this.#log = log;
    this.#done = done;
    log.push(`launch ${planned.id}`);
  }

  begin(): void {
    this.#log.push(`begin ${this.planned.id}`);
  }

  async stop(): Promise<void> {
    if (!this.#isOver) this.#log.push(`stop ${this.planned.id}`);
    this.#isOver = true;
  }

  async kill(): Promise<void> {
    this.#log.push(`kill ${this.planned.id}`);
    this.#isOver = true;
    this.diedWithNode = !this.#done.has(this.planned.id);
  }
}

const a = planned('a', 'phone');
const b = planned('b', 'phone');
const other = planned('c', 'server');

async function bench(programs: readonly PlannedProgram[], done: readonly string[] = []) {
  const log: string[] = [];
  const finished = new Set(done);
  const roster = new ProgramRoster((one) => new FakeProgram(one, log, finished));
  await roster.prepare(programs);
  return { roster, take: () => log.splice(0) };
}

test('all are launched before any begins', async (t) => {
  const { roster, take } = await bench([a, other]);
  t.deepEqual(take(), ['launch a', 'launch c']);
  roster.start(other);
  t.deepEqual(take(), ['begin c']);
});

test('a crash ends what runs on the node, and a restart begins it anew', async (t) => {
  const { roster, take } = await bench([a, b, other]);
  for (const one of [a, b, other]) roster.start(one);
  take();
  roster.crash('phone');
  t.deepEqual(take(), ['kill a', 'launch a', 'kill b', 'launch b']);
  roster.restart('phone');
  t.deepEqual(take(), ['begin a', 'begin b']);
});

test('what was done before the crash stays done', async (t) => {
  const { roster, take } = await bench([a, b], ['a']);
  for (const one of [a, b]) roster.start(one);
  take();
  roster.crash('phone');
  roster.restart('phone');
  t.deepEqual(take(), ['kill a', 'kill b', 'launch b', 'begin b']);
});

test('what is due while its node is down begins when the node boots', async (t) => {
  const { roster, take } = await bench([a, b]);
  roster.start(a);
  roster.crash('phone');
  take();
  roster.start(b);
  t.deepEqual(take(), ['kill b', 'launch b']);
  roster.restart('phone');
  t.deepEqual(take(), ['begin a', 'begin b']);
});

test('what is not due yet sleeps through a crash', async (t) => {
  const { roster, take } = await bench([a]);
  take();
  roster.crash('phone');
  roster.restart('phone');
  t.deepEqual(take(), []);
  roster.start(a);
  t.deepEqual(take(), ['begin a']);
});

test('at the end all are stopped, begun or not', async (t) => {
  const { roster, take } = await bench([a, b]);
  roster.start(a);
  take();
  await roster.stop();
  t.deepEqual(take(), ['stop a', 'stop b']);
});
