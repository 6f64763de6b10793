import { tmpdir } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { Settings } from '../../../src/host/program.ts';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { tryOpenProcess } from '../../../src/linux/pidfd.ts';
import { TestCable, labTest as test } from '../../../src/linux/testing-lab.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import type { SystemUser } from '../caller.ts';
import { CatalogueProcess } from './catalogue-process.ts';
import { siteHere } from './site-here.ts';

function planned(run: string, node: string, settings: Settings): PlannedProgram {
  const [awaited, opens, startNs] = [true, settings['opens'] === true, 0];
  return { id: `flow/${run}`, node, run, settings, traffic: 'flow', awaited, opens, startNs };
}

/** Both ends of a traffic on a cable, and what they say. */
class Bench implements AsyncDisposable {
  readonly records: TraceRecord[] = [];
  readonly #cable = new TestCable();
  readonly #start = readMonotonic();
  readonly #processes: CatalogueProcess[] = [];
  readonly #waiting: { readonly kind: string; readonly resolve: (record: TraceRecord) => void }[] =
    [];

  start(
    side: 'left' | 'right',
    run: string,
    settings: Settings,
    user?: SystemUser,
  ): CatalogueProcess {
    const namespacePath = `/proc/self/fd/${this.#cable[side].fd}`;
    const started = new CatalogueProcess({
      planned: planned(run, side, settings),
      ...{ seed: 1, stack: 'kernel', start: this.#start, outputPath: undefined, user },
      site: siteHere({
        runId: 'tests',
        runFolder: tmpdir(),
        namespacePath,
        hostsPath: '/etc/hosts',
      }),
      onRecord: (record) => this.#hear(record),
    });
    this.#processes.push(started);
    return started;
  }

  /** The first of its kind, which may have come already. */
  heard(kind: string): Promise<TraceRecord> {
    const known = this.records.find((record) => record.kind === kind);
    if (known) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<TraceRecord>();
    this.#waiting.push({ kind, resolve });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.stop()));
    this.#cable[Symbol.dispose]();
  }

  #hear(record: TraceRecord): void {
    this.records.push(record);
    for (const { kind, resolve } of this.#waiting) if (record.kind === kind) resolve(record);
  }
}

const flow = { flow: 'flow', generator: 'request-response', payloadBytes: 100, count: 3 };
const asks = { ...flow, opens: true, peer: { address: '192.0.2.2', port: 7_000 } };
const answers = { ...flow, port: 7_000 };

function kindsOf(t: ExecutionContext, { records }: Bench, node: string): string[] {
  const own = records.filter((record) => record.node === node);
  const times = own.map(({ tNs }) => tNs);
  t.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
    'its records are in its own order',
  );
  return own.map(({ kind }) => kind);
}

test('two programs talk across a cable, and say what they see in their order', async (t) => {
  await using bench = new Bench();
  const responder = bench.start('right', 'responder', answers);
  const requester = bench.start('left', 'requester', asks);
  await Promise.all([responder.prepared, requester.prepared]);
  t.deepEqual(bench.records, [], 'what is prepared has not begun');
  responder.begin();
  await bench.heard('program.ready');
  requester.begin();
  await bench.heard('flow.complete');
  await responder.stop();
  await requester.stop();
  const round = ['request.sent', 'response.received'];
  t.deepEqual(
    kindsOf(t, bench, 'left').filter((kind) => kind !== 'program.ready'),
    [
      ...['flow.opened', ...round, ...round, ...round, 'flow.ended'],
      ...['program.waited', 'program.finished', 'program.lateness'],
    ],
  );
  t.true(kindsOf(t, bench, 'right').includes('program.finished'));
});

test('a program that throws has failed, with its sentence', async (t) => {
  await using bench = new Bench();
  bench.start('left', 'requester', { ...asks, payloadBytes: -1 }).begin();
  const { id, reason } = await bench.heard('program.failed');
  t.is(id, 'flow/requester');
  t.is(reason, 'crashed: a program was given payloadBytes = -1 (wrong-setting)');
});

test('a process that dies has failed, with what it said last', async (t) => {
  await using bench = new Bench();
  bench.start('left', 'no-such-program', {}).begin();
  const { reason } = await bench.heard('program.failed');
  t.regex(String(reason), /^exited with code 4; it said last:\n.*no-such-program/s);
});

test('a program that is stopped says so once, and one that finished says nothing more', async (t) => {
  await using bench = new Bench();
  const responder = bench.start('right', 'responder', answers);
  responder.begin();
  await bench.heard('program.ready');
  t.deepEqual(await responder.stop(), { kind: 'exited', code: 0 });
  await responder.stop();
  const [stopped, ...more] = bench.records.filter(({ kind }) => kind === 'program.stopped');
  t.like(stopped, { id: 'flow/responder', node: 'right', reason: 'run-over' });
  t.deepEqual(more, []);
});

test('one whose node crashes is silent from then on, and had more to do', async (t) => {
  await using bench = new Bench();
  const responder = bench.start('right', 'responder', answers);
  responder.begin();
  await bench.heard('program.ready');
  await responder.kill();
  t.true(responder.diedWithNode);
  t.like(bench.records.at(-1), { kind: 'program.stopped', reason: 'node-crashed' });
  await responder.stop();
  t.like(bench.records.at(-1), { kind: 'program.stopped', reason: 'node-crashed' });
});

test('a program whose lab was killed ends by itself', async (t) => {
  const script = fileURLToPath(new URL('testing-killed-lab.ts', import.meta.url));
  const killed = await execa(process.execPath, [script], { reject: false });
  t.is(killed.signal, 'SIGKILL', killed.stderr);
  const pid = Number(killed.stdout);
  t.true(pid > 0);
  const fd = tryOpenProcess(pid);
  if (fd === undefined) return;
  t.true(waitReadable(fd, 10_000), 'it has not ended');
  closeDescriptor(fd);
});

test('a program on a stack of the kernel needs no rights: it runs as who called', async (t) => {
  await using bench = new Bench();
  const user = { uid: 65_534, gid: 65_533 };
  const responder = bench.start('right', 'responder', answers, user);
  const requester = bench.start('left', 'requester', asks, user);
  await Promise.all([responder.prepared, requester.prepared]);
  // Those of other tests run beside them, as root.
  const { stdout } = await execa('ps', ['-o', 'uid=,gid=,args=', '--ppid', String(process.pid)]);
  const theirs = stdout.split('\n').filter((line) => /^\s*65534\s+65533\s.*run-program/.test(line));
  t.is(theirs.length, 2);
  responder.begin();
  await bench.heard('program.ready');
  requester.begin();
  t.like(await bench.heard('flow.complete'), { received: 3 });
});
