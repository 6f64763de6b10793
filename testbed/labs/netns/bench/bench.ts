/** How fast a lab stands and goes, beside Mininet doing the same star in the same run. Each in a network of its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import Table from 'cli-table3';
import { exitCodeOf } from '../../hub/bench/verdict.ts';

const rounds = Number(process.argv[2] ?? 5);
const ratioBar = 10;
const largeBarMs = 10_000;

interface Seen {
  readonly upMs: number;
  readonly downMs: number;
}

interface Contestant {
  readonly name: string;
  run(count: number): Seen;
}

const inside = 'mount -t tmpfs none /run && exec "$@"';
const bare = ['--mount', '--net', '--pid', '--fork', '--mount-proc', 'sh', '-c', inside, 'sh'];

function runAlone(...argv: readonly string[]): Seen {
  const said = execFileSync('unshare', [...bare, ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(said.trim().split('\n').at(-1)!);
}

function ours(engine: 'model' | 'kernel', count: number, middle = 'switch'): Seen {
  const script = join(import.meta.dirname, 'star.ts');
  return runAlone(process.execPath, '--no-warnings', script, engine, String(count), middle);
}

/** Debian's Mininet is Python's of the system, whatever `python3` is on the PATH. */
function mininet(count: number, ...rate: readonly string[]): Seen {
  const script = join(import.meta.dirname, 'mininet-star.py');
  return runAlone('/usr/bin/python3', script, String(count), ...rate);
}

const contestants: readonly Contestant[] = [
  { name: 'ours: the hub, 10 Mbit/s and 5 ms', run: (count) => ours('model', count) },
  { name: 'ours: the kernel, tbf 10 Mbit/s', run: (count) => ours('kernel', count) },
  { name: 'Mininet, tbf 10 Mbit/s', run: (count) => mininet(count, '10') },
  { name: 'Mininet, plain', run: (count) => mininet(count) },
];

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function totalMs({ upMs, downMs }: Seen): number {
  return upMs + downMs;
}

interface Row {
  readonly star: string;
  readonly seen: readonly Seen[];
  /** How many times as long the shaped Mininet took, by round. */
  readonly ratios: readonly number[];
  readonly holds: boolean | undefined;
}

function compare(count: number): Row[] {
  const byRound = Array.from({ length: rounds }, () => contestants.map(({ run }) => run(count)));
  return contestants.map(({ name }, at) => {
    const seen = byRound.map((round) => round[at]!);
    const ratios = byRound.map((round) => totalMs(round[2]!) / totalMs(round[at]!));
    const isOurs = name.startsWith('ours');
    const holds = isOurs ? median(ratios) >= ratioBar : undefined;
    return { star: `${count} terminals, ${name}`, seen, ratios, holds };
  });
}

function large(): Row {
  const seen = Array.from({ length: rounds }, () => ours('model', 1_000, 'router'));
  const holds = median(seen.map(totalMs)) < largeBarMs;
  return { star: '1000 terminals at a router, ours: the hub', seen, ratios: [], holds };
}

function tell(rows: readonly Row[]): string {
  const head = ['star', 'up', 'down', 'beside Mininet, shaped', 'holds'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { star, seen, ratios, holds } of rows) {
    table.push([
      star,
      `${median(seen.map((one) => one.upMs)).toFixed(0)} ms`,
      `${median(seen.map((one) => one.downMs)).toFixed(0)} ms`,
      ratios.length === 0 ? '–' : `${median(ratios).toFixed(1)} times as fast`,
      holds === undefined ? '–' : holds ? 'yes' : 'no',
    ]);
  }
  return table.toString();
}

function hasMininet(): boolean {
  const { status } = spawnSync('/usr/bin/python3', ['-c', 'import mininet'], { stdio: 'ignore' });
  return status === 0;
}

function compareBoth(): Row[] {
  /** A first run of each fills caches of code and of files. */
  for (const { run } of contestants) run(10);
  return [...compare(100), ...compare(200)];
}

const lacks = hasMininet()
  ? undefined
  : 'Mininet is not here; to measure beside it: sudo apt-get install mininet bridge-utils';
const rows = [...(lacks === undefined ? compareBoth() : []), large()];
process.stdout.write(`${tell(rows)}\n`);
process.stdout.write(
  `Medians of ${rounds} interleaved rounds on ${cpus().length} processors; bars: ${ratioBar} times as fast, ${largeBarMs / 1_000} s.\n`,
);
if (lacks !== undefined) process.stderr.write(`${lacks}\n`);
process.exitCode = exitCodeOf(rows, { isQuiet: true, lacks });
