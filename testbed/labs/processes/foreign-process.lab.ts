import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { TestCable, labTest as test } from '../../../src/linux/testing-lab.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { ForeignModel } from '../../schema/model.ts';
import { ForeignProcess } from './foreign-process.ts';
import { siteHere } from './site-here.ts';

const plain: ForeignModel = {
  cwd: undefined,
  env: {},
  files: [],
  ready: { kind: 'started' },
  awaited: true,
  startNs: 0,
  reads: undefined,
};

/** A node on a cable, a scenario's folder, and what commands say. */
class Bench implements AsyncDisposable {
  readonly records: TraceRecord[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'ropewalk foreign '));
  readonly own = join(this.folder, 'run', 'mine');
  readonly #cable = new TestCable();
  readonly #started: ForeignProcess[] = [];
  readonly #waiting: { readonly kind: string; readonly resolve: (record: TraceRecord) => void }[] =
    [];

  constructor() {
    writeFileSync(join(this.folder, 'hosts'), '192.0.2.2 server\n');
  }

  run(argv: readonly string[], parts: Partial<ForeignModel> = {}): ForeignProcess {
    const rest = { settings: {}, traffic: undefined, awaited: true, opens: true, startNs: 0 };
    const foreign = { ...plain, ...parts };
    const started = new ForeignProcess({
      planned: { id: 'mine', node: 'phone', run: argv, ...rest, foreign },
      argv,
      environment: { PATH: process.env['PATH']!, ROPEWALK_NODE: 'phone', ...foreign.env },
      start: readMonotonic(),
      site: siteHere({
        runId: 'tests',
        runFolder: tmpdir(),
        namespacePath: `/proc/self/fd/${this.#cable.left.fd}`,
        hostsPath: join(this.folder, 'hosts'),
      }),
      scenarioFolder: this.folder,
      folderPath: this.own,
      outputPath: undefined,
      user: undefined,
      onRecord: (record) => this.#hear(record),
    });
    this.#started.push(started);
    started.begin();
    return started;
  }

  shell(script: string, parts: Partial<ForeignModel> = {}): ForeignProcess {
    return this.run(['sh', '-c', script], parts);
  }

  /** The first of its kind, which may have come already. */
  heard(kind: string): Promise<TraceRecord> {
    const known = this.records.find((record) => record.kind === kind);
    if (known) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<TraceRecord>();
    this.#waiting.push({ kind, resolve });
    return promise;
  }

  get kinds(): string[] {
    return this.records.map(({ kind }) => kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((one) => one.stop()));
    this.#cable[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }

  #hear(record: TraceRecord): void {
    this.records.push(record);
    for (const { kind, resolve } of this.#waiting) if (record.kind === kind) resolve(record);
  }
}

test('a command is ready once it runs, and finished when it ends well', async (t) => {
  await using bench = new Bench();
  bench.run(['true']);
  await bench.heard('program.finished');
  t.deepEqual(bench.kinds, ['program.ready', 'program.exited', 'program.finished']);
  t.like(bench.records[1], { id: 'mine', node: 'phone', code: 0, signal: null });
});

test('a command that ends badly has failed, with what it said last', async (t) => {
  await using bench = new Bench();
  bench.shell('seq 30; exit 9');
  const { reason } = await bench.heard('program.failed');
  t.regex(String(reason), /^exited with code 9; it said last:\n11\n12\n.*\n30$/s);
});

test('exit code 127, and a command that is not there, mean that it cannot be run here', async (t) => {
  for (const argv of [['sh', '-c', 'exit 127'], ['./no-such-program']]) {
    await using bench = new Bench();
    bench.run(argv);
    const { reason } = await bench.heard('program.unsupported');
    t.regex(String(reason), /code 127/);
    t.false(bench.kinds.includes('program.failed'));
  }
});

test('a code that is read is a figure and no failure; a signal is', async (t) => {
  const parts = { reads: { kind: 'exit-code' } } as const;
  await using bench = new Bench();
  bench.shell('exit 9', parts);
  await bench.heard('program.finished');
  t.like(bench.records[1], { kind: 'program.exited', code: 9 });
  await using killed = new Bench();
  killed.shell('kill -9 $$', parts);
  t.is((await killed.heard('program.failed'))['reason'], 'was ended by SIGKILL');
});

test('a command starts in a folder of its own, with its files, and leaves others there', async (t) => {
  await using bench = new Bench();
  mkdirSync(join(bench.folder, 'www'));
  writeFileSync(join(bench.folder, 'www', 'page'), 'hello');
  bench.shell('cat www/page > copy; echo "$ROPEWALK_OUT"; pwd', { files: ['www/page'], reads });
  const { stdout } = await bench.heard('program.exited');
  t.is(readFileSync(join(bench.own, 'copy'), 'utf8'), 'hello');
  t.is(stdout, `${bench.own}\n${bench.own}`);
});

const reads = { kind: 'regex', source: '.*', flags: 'u' } as const;

test('or in the folder that the scenario says, relative to its file', async (t) => {
  await using bench = new Bench();
  mkdirSync(join(bench.folder, 'www'));
  bench.shell('pwd; echo no >&2', { cwd: 'www', reads });
  const { stdout, stderr } = await bench.heard('program.exited');
  t.deepEqual([stdout, stderr], [join(bench.folder, 'www'), 'no']);
});

test('a file that is not there fails the program before it starts', async (t) => {
  await using bench = new Bench();
  bench.run(['true'], { files: ['no-such-file'] });
  t.regex(String((await bench.heard('program.failed'))['reason']), /no-such-file/);
});

test('its environment is what the scenario and the plan say, and little else', async (t) => {
  await using bench = new Bench();
  bench.run(['env'], { env: { LEVEL: '3' }, reads });
  const { stdout } = await bench.heard('program.exited');
  const names = String(stdout)
    .split('\n')
    .map((line) => line.replace(/=.*/s, ''))
    .filter((name) => !['PWD', 'OLDPWD', '_'].includes(name));
  t.deepEqual(names.toSorted(), [
    ...['HOME', 'LANG', 'LEVEL', 'PATH', 'ROPEWALK_NODE', 'ROPEWALK_OUT'],
    ...['ROPEWALK_RECORDS', 'ROPEWALK_START'],
  ]);
});

test('a service is ready when it writes the line that is waited for, on either stream', async (t) => {
  const ready = { kind: 'line', pattern: { kind: 'part', text: 'listening' } } as const;
  await using bench = new Bench();
  bench.shell('echo starting; echo now listening >&2; exec cat <&3', { ready });
  await bench.heard('program.ready');
  t.deepEqual(bench.kinds, ['program.ready']);
});

test('a service that ends before it was ready has failed', async (t) => {
  const ready = { kind: 'line', pattern: { kind: 'part', text: 'listening' } } as const;
  await using bench = new Bench();
  bench.shell('echo starting', { ready });
  const { reason } = await bench.heard('program.failed');
  t.is(reason, 'exited with code 0; it said last:\nstarting\nbefore it was ready');
});

const listens = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(('', 80))
s.listen()
s.accept()
`;

test('a service is ready when its port is listened on', async (t) => {
  const ready = { kind: 'port', port: 80, protocol: 'tcp' } as const;
  await using bench = new Bench();
  bench.run(['python3', '-c', listens], { ready });
  await bench.heard('program.ready');
  t.deepEqual(bench.kinds, ['program.ready']);
});

test('a command may write records, to a descriptor or into a file', async (t) => {
  await using bench = new Bench();
  const [first, second] = [1, 2].map((n) => JSON.stringify({ kind: 'call.rang', n }));
  const toFile = `echo '${second}' > "$ROPEWALK_OUT/records.ndjson"`;
  bench.shell(`echo '${first}' >&"$ROPEWALK_RECORDS"; ${toFile}`);
  await bench.heard('program.finished');
  const rang = bench.records.filter(({ kind }) => kind === 'call.rang');
  t.deepEqual(rang.map(({ n }) => n).toSorted(), [1, 2]);
});

test('a service is stopped at the end, and what is read of it is told', async (t) => {
  await using bench = new Bench();
  const started = bench.shell('echo 42; exec cat <&3', { reads });
  await bench.heard('program.ready');
  await started.stop();
  t.like(bench.records.at(-1), { kind: 'program.stopped', reason: 'run-over' });
  t.like(bench.records.at(-2), { kind: 'program.exited', signal: 'SIGTERM' });
});

test('a command whose node crashes says nothing more', async (t) => {
  await using bench = new Bench();
  const started = bench.shell('exec cat <&3');
  await bench.heard('program.ready');
  await started.kill();
  t.true(started.diedWithNode);
  t.deepEqual(bench.kinds, ['program.ready', 'program.stopped']);
});
