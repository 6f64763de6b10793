/** `ropewalk onload` as a reader types it, with the server of the examples, and what `doctor` says of transports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { TestCable, serialLabTest as test } from '../linux/testing-lab.ts';
import { Applications } from '../runtime/onload/testing-applications.ts';
import { contentOf, digest, server } from '../runtime/onload/testing-bench.ts';
import { LineSplitter } from '../trace/line-splitter.ts';

const root = join(import.meta.dirname, '../..');
const ropewalk = join(root, 'testbed/cli/ropewalk.js');
const example = ['--', 'node', 'docs/examples/http-server.ts'];

/** In a group of its own: what it started ends with it. */
class Command implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #silent: Promise<unknown>;
  #look: () => void = () => undefined;

  constructor(before: readonly string[], words: readonly string[]) {
    const [file, ...rest] = [...before, process.execPath, ropewalk, ...words];
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn(file!, rest, { cwd: root, detached: true, stdio: [...stdio] });
    for (const output of [this.#child.stdout!, this.#child.stderr!]) {
      const splitter = new LineSplitter((line) => {
        this.lines.push(line);
        this.#look();
      });
      output.on('data', (bytes: Buffer) => splitter.take(bytes.toString()));
    }
    this.#silent = once(this.#child, 'close');
  }

  /** Resolves when it has said this, from now or before. */
  async said(part: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => {
      if (this.lines.some((line) => line.includes(part))) resolve();
    };
    this.#look();
    const over = this.ended().then((code) => {
      throw new Error(`it ended with ${code} and never said ${part}: ${this.lines.join('\n')}`);
    });
    await Promise.race([promise, over]);
  }

  async ended(): Promise<number | null> {
    await this.#silent;
    return this.#child.exitCode;
  }

  async terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
    await this.#silent;
  }
}

async function serveWith(
  t: ExecutionContext,
  flags: readonly string[],
): Promise<{ lines: readonly string[]; counted: number }> {
  t.timeout(110_000);
  using cable = new TestCable();
  const bench = new Applications(cable);
  try {
    await using command = new Command(bench.enter('left'), ['onload', ...flags, ...example]);
    await command.said('listening');
    const before = await bench.counters('left');
    const got = await bench.exec('right', 'curl', '-sS', `${server}/bytes/500000`);
    const after = await bench.counters('left');
    t.is(digest(Buffer.from(got, 'latin1')), digest(contentOf(500_000)));
    t.is(await command.terminate(), 143, 'as a shell says it of SIGTERM');
    await t.throwsAsync(
      bench.exec('right', 'curl', '-sS', server),
      undefined,
      'and it serves no more',
    );
    const counted = after.get('Tcp.OutSegs')! - before.get('Tcp.OutSegs')!;
    return { lines: command.lines, counted };
  } finally {
    await bench.end();
  }
}

test('ropewalk onload --explain -- node docs/examples/http-server.ts: the table, the choice and why, and curl is answered', async (t) => {
  const { lines, counted } = await serveWith(t, ['--explain']);
  const table = lines.slice(lines.indexOf('sockets'), lines.indexOf('sockets') + 5);
  t.deepEqual(table, [
    'sockets',
    '  tcp   af-xdp > packet-ring > kernel',
    '  udp   af-xdp > packet-ring > kernel',
    '  af-xdp       can be had',
    '  packet-ring  can be had',
  ]);
  const said = lines.filter((line) => line.startsWith('onload: socket'));
  t.regex(said[0]!, /^onload: socket 1 asks for tcp, to listen at \S+ port 8080$/);
  t.is(said[1], 'onload: socket 1 gets af-xdp on cable, level 0: first choice');
  t.true(lines.some((line) => /^onload: (spins for|does not spin: )/.test(line)));
  t.is(counted, 0, "the kernel's TCP sent none of it");
});

test('ropewalk onload -- node docs/examples/http-server.ts: curl is answered, and nothing is explained', async (t) => {
  const { lines, counted } = await serveWith(t, []);
  t.false(lines.some((line) => line.startsWith('onload:')));
  t.is(counted, 0);
});

test('control: by --tcp kernel the same command is answered by the kernel, which counts it', async (t) => {
  const { lines, counted } = await serveWith(t, ['--explain', '--tcp', 'kernel']);
  t.true(lines.some((line) => /^onload: socket 1 gets kernel/.test(line)));
  t.true(counted > 0);
});

test('doctor says which transports can be had, and what each takes where it can not', async (t) => {
  t.timeout(110_000);
  const transportsBy = async (before: readonly string[]) => {
    await using doctor = new Command(before, ['doctor']);
    await doctor.ended();
    return doctor.lines.slice(doctor.lines.indexOf('sockets') + 1).map((line) => line.trim());
  };
  const here = await transportsBy([]);
  t.true(here.includes('af-xdp       can be had'), here.join('\n'));
  t.true(here.includes('packet-ring  can be had'));
  const powerless = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'];
  const refused = await transportsBy(powerless);
  t.true(refused.includes('tcp   af-xdp > packet-ring > kernel'), refused.join('\n'));
  t.true(refused.includes('af-xdp       it takes root to make a namespace to try it in'));
  t.true(refused.includes('packet-ring  it takes root to make a namespace to try it in'));
});
