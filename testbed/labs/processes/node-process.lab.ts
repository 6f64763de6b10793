import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { TestCable, labTest as test } from '../../../src/linux/testing-lab.ts';
import { NodeProcess, type ProcessOptions } from './node-process.ts';

const env = { PATH: process.env['PATH'] };

class Bench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'ropewalk-process-'));
  readonly cable = new TestCable();
  readonly hostsPath = join(this.folder, 'hosts');
  readonly outputPath = join(this.folder, 'output.txt');

  constructor() {
    writeFileSync(this.hostsPath, '192.0.2.2 server server.cable\n', { mode: 0o644 });
  }

  run(argv: readonly string[], more: Partial<ProcessOptions> = {}): NodeProcess {
    const namespacePath = `/proc/self/fd/${this.cable.left.fd}`;
    return new NodeProcess({ argv, env, namespacePath, hostsPath: this.hostsPath, ...more });
  }

  [Symbol.dispose](): void {
    this.cable[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }
}

/** Gone, or dead and not yet buried by whoever took it over. */
function isOver(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

async function outputOf(t: ExecutionContext, started: NodeProcess): Promise<readonly string[]> {
  t.deepEqual(await started.exited, { kind: 'exited', code: 0 }, started.lastLines.join('\n'));
  return started.lastLines;
}

test('a process sees the devices of its node, and no others', async (t) => {
  using bench = new Bench();
  const links = ['ls', '/sys/class/net'];
  t.deepEqual(await outputOf(t, bench.run(links)), ['cable', 'lo']);
  await using outside = new NodeProcess({ argv: links, env, namespacePath: undefined });
  t.false((await outputOf(t, outside)).includes('cable'));
});

test("a process resolves its node's names, and the machine's file stays as it is", async (t) => {
  using bench = new Bench();
  const before = readFileSync('/etc/hosts', 'utf8');
  const [line] = await outputOf(t, bench.run(['getent', 'hosts', 'server.cable']));
  t.regex(line!, /^192\.0\.2\.2\s/);
  t.is(readFileSync('/etc/hosts', 'utf8'), before);
});

test('words reach the program as they are, whatever a shell would make of them', async (t) => {
  using bench = new Bench();
  const words = ['$HOME', '`id`', '; exit 7', 'two words', "'", '"', '', '*'];
  const lines = await outputOf(t, bench.run(['printf', '[%s]\n', ...words]));
  t.deepEqual(
    lines,
    words.map((word) => `[${word}]`),
  );
});

test('a process that needs no rights has none', async (t) => {
  using bench = new Bench();
  const user = { uid: 65_534, gid: 65_533 };
  const script = 'id -u; id -g; id -G; grep CapEff /proc/self/status; ip link add x type ifb';
  await using started = bench.run(['sh', '-c', script], { user });
  const exit = await started.exited;
  t.notDeepEqual(exit, { kind: 'exited', code: 0 });
  t.deepEqual(started.lastLines.slice(0, 4), [
    '65534',
    '65533',
    '65533',
    'CapEff:\t0000000000000000',
  ]);
});

test('without a user it may do in its namespace what its starter may', async (t) => {
  using bench = new Bench();
  await outputOf(t, bench.run(['ip', 'link', 'add', 'x', 'type', 'ifb']));
});

test('a user without rights may open /dev/stdout anew', async (t) => {
  using bench = new Bench();
  const user = { uid: 65_534, gid: 65_534 };
  const started = bench.run(['sh', '-c', 'echo again > /dev/stdout'], { user });
  t.deepEqual(await outputOf(t, started), ['again']);
});

test('all of its output is in a file, its last 20 lines at hand, and its exit code is told', async (t) => {
  using bench = new Bench();
  const { outputPath } = bench;
  const script = 'seq 100; printf unfinished >&2; exit 9';
  await using started = bench.run(['sh', '-c', script], { outputPath });
  t.deepEqual(await started.exited, { kind: 'exited', code: 9 });
  t.is(started.lastLines.length, 20);
  t.true(started.lastLines.includes('100'));
  t.true(started.lastLines.includes('unfinished'));
  t.is(readFileSync(outputPath, 'utf8').split('\n').length, 102);
});

test('a program that there is not exits with 127, and says what it is', async (t) => {
  using bench = new Bench();
  await using started = bench.run(['no-such-program']);
  t.deepEqual(await started.exited, { kind: 'exited', code: 127 });
  t.regex(started.lastLines.join('\n'), /no-such-program/);
});

test('without a launcher, a program that there is not was not started', async (t) => {
  await using started = new NodeProcess({
    argv: ['no-such-program'],
    env,
    namespacePath: undefined,
  });
  t.is(started.pid, 0);
  t.like(await started.exited, { kind: 'not-started' });
});

test('what is asked to end ends, with the children of its group', async (t) => {
  using bench = new Bench();
  const { promise, resolve: onLine } = Promise.withResolvers<string>();
  const argv = ['sh', '-c', 'sleep 1000 & echo $!; wait'];
  const started = bench.run(argv, { onLine });
  const child = Number(await promise);
  t.deepEqual(await started.stop(), { kind: 'killed', signal: 'SIGTERM' });
  t.true(isOver(child));
});

test('its ledger knows the process while it runs, and no longer', async (t) => {
  const entries = new Set<number>();
  const ledger = {
    noteProcess: (pid: number) => void entries.add(pid),
    strikeProcess: (pid: number) => void entries.delete(pid),
  };
  const options = { argv: ['sleep', '1000'], env, namespacePath: undefined };
  const started = new NodeProcess(options, ledger);
  t.deepEqual([...entries], [started.pid]);
  await started.stop();
  t.is(entries.size, 0);
});

/** They end all at once, and one may be heard to have ended before its line was looked at. */
test('what processes printed as they ended is read, however busy whoever reads it is', async (t) => {
  const idle = new Int32Array(new SharedArrayBuffer(4));
  const ledger = {
    noteProcess: () => {},
    strikeProcess: () => void Atomics.wait(idle, 0, 0, 20),
  };
  const argv = ['/bin/sh', '-c', 'sleep 0.2; echo here'];
  for (let round = 0; round < 5; round++) {
    const many = Array.from(
      { length: 20 },
      () => new NodeProcess({ argv, env, namespacePath: undefined }, ledger),
    );
    for (const one of many) t.deepEqual(await outputOf(t, one), ['here']);
  }
});
