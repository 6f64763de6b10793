/** `make bench`: what a packet costs in virtual time, beside ns-3 in the same run, and what a large topology costs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import Table from 'cli-table3';
import { createSimLab } from '../sim-lab.ts';
import { chainNodes, planChain, runToEnd } from './chain.ts';
import { runGrid } from './grid.ts';
import { planHomes } from './homes.ts';
import { measureIdleConnections, planTcpStream } from './tcp.ts';

const rounds = 5;
const questions = 100_000;

interface Row {
  readonly figure: string;
  readonly seen: string;
  readonly bar: string;
  /** Undefined: stated, without a bar. */
  readonly holds: boolean | undefined;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Thousands of hops a second of processor time. */
async function chainSpeed(): Promise<number> {
  const { hops, seconds } = await runToEnd(planChain(30_000));
  return hops / seconds / 1_000;
}

interface Size {
  readonly homes: number;
  readonly talking: number;
}

/** Runs one size twice, so that setting up and warming up cancel out: microseconds a hop. */
async function hopCostUs({ homes, talking }: Size): Promise<number> {
  const rows = [];
  for (const share of [1, 3]) {
    rows.push(await runToEnd(planHomes(homes, talking, (questions * share) / talking)));
  }
  const [short, long] = rows;
  return ((long!.seconds - short!.seconds) * 1e6) / (long!.hops - short!.hops);
}

function buildAnchor(folder: string): string | undefined {
  const source = join(import.meta.dirname, 'ns3-chain.cc');
  const program = join(folder, 'ns3-chain');
  try {
    const flags = execFileSync(
      'pkg-config',
      ['--cflags', '--libs', 'ns3-applications', 'ns3-point-to-point', 'ns3-internet'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    execFileSync('g++', ['-O2', '-o', program, source, ...flags.trim().split(/\s+/)]);
  } catch {
    return undefined;
  }
  return existsSync(program) ? program : undefined;
}

function anchorSpeed(program: string): number {
  const printed = execFileSync(program, [String(chainNodes), '30000'], { encoding: 'utf8' });
  return JSON.parse(printed).hopsPerSecond / 1_000;
}

async function compareWithAnchor(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-bench-'));
  const anchor = buildAnchor(folder);
  const ours: number[] = [];
  const theirs: number[] = [];
  await chainSpeed();
  for (let round = 0; round < rounds; round++) {
    ours.push(await chainSpeed());
    if (anchor !== undefined) theirs.push(anchorSpeed(anchor));
  }
  rmSync(folder, { recursive: true });
  const speed = median(ours);
  const rows = [
    row('packet-hops, one core', `${speed.toFixed(0)} k/s`, '≥ 1000 k/s', speed >= 1_000),
  ];
  if (anchor === undefined) return rows;
  const ratio = median(ours.map((one, at) => one / theirs[at]!));
  const seen = `${median(theirs).toFixed(0)} k/s, ours is ${ratio.toFixed(1)} times as fast`;
  return [...rows, row('the same packets in ns-3', seen, 'anchor', undefined)];
}

async function setUpLarge(): Promise<Row[]> {
  const plan = planHomes(2_500, 0, 1);
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await using _live = await createSimLab().up(plan, { capture: undefined, onRecord: () => {} });
    seconds.push((performance.now() - begun) / 1_000);
    globalThis.gc?.();
  }
  const up = median(seconds);
  const { maxRSS } = process.resourceUsage();
  return [
    row('10 000 terminals behind 2 500 NAT boxes, up', `${up.toFixed(2)} s`, '≤ 3 s', up <= 3),
    row(
      'memory at its highest',
      `${(maxRSS / 1024).toFixed(0)} MiB`,
      '≤ 1024 MiB',
      maxRSS <= 2 ** 20,
    ),
  ];
}

/** Ten nodes, and the same traffic, more of it, and everybody's among 12 500. */
const small: Size = { homes: 2, talking: 8 };
const large = [8, 100, 10_000].map((talking): Size => ({ homes: 2_500, talking }));

async function compareSizes(): Promise<Row[]> {
  await hopCostUs(small);
  const byRound: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    const costs = [];
    for (const size of [small, ...large]) costs.push(await hopCostUs(size));
    byRound.push(costs);
  }
  const base = median(byRound.map((costs) => costs[0]!));
  return large.map(({ talking }, at) => {
    const cost = median(byRound.map((costs) => costs[at + 1]!));
    const ratio = median(byRound.map((costs) => costs[at + 1]! / costs[0]!));
    const figure = `${talking} talk among 12 500 nodes, beside 8 among 10`;
    const seen = `${cost.toFixed(2)} and ${base.toFixed(2)} µs a hop, ratio ${ratio.toFixed(2)}`;
    return row(figure, seen, '≤ 2', ratio <= 2);
  });
}

/** Two lengths, so that setting up and warming up cancel out: thousands of segments a second. */
async function segmentSpeed(): Promise<number> {
  const short = await runToEnd(planTcpStream(40_000_000));
  const long = await runToEnd(planTcpStream(240_000_000));
  return (long.hops - short.hops) / (long.seconds - short.seconds) / 1_000;
}

async function measureTcp(): Promise<Row[]> {
  const heldMib = measureIdleConnections();
  const speeds: number[] = [];
  await segmentSpeed();
  for (let round = 0; round < rounds; round++) speeds.push(await segmentSpeed());
  const speed = median(speeds);
  return [
    row('TCP segments, one core', `${speed.toFixed(0)} k/s`, '≥ 300 k/s', speed >= 300),
    row('10 000 idle TCP connections', `${heldMib.toFixed(0)} MiB`, '≤ 50 MB', heldMib <= 47.7),
  ];
}

function measureGrid(): Row[] {
  const { cells, passed, seconds } = runGrid();
  const seen = `${seconds.toFixed(1)} s for ${cells} cells${passed ? '' : ', which do not all pass'}`;
  const figure = 'punch-grid, every cell once, processor time';
  return [row(figure, seen, '≤ 60 s', passed && seconds <= 60)];
}

function row(figure: string, seen: string, bar: string, holds: boolean | undefined): Row {
  return { figure, seen, bar, holds };
}

const rows = [
  ...(await setUpLarge()),
  ...(await compareWithAnchor()),
  ...(await compareSizes()),
  ...(await measureTcp()),
  ...measureGrid(),
];
const table = new Table({
  head: ['figure', 'seen', 'bar', 'holds'],
  style: { head: [], border: [] },
});
for (const { figure, seen, bar, holds } of rows) {
  table.push([figure, seen, bar, holds === undefined ? '–' : holds ? 'yes' : 'no']);
}
process.stdout.write(`${table.toString()}\nNode ${process.version}; medians of ${rounds}.\n`);
process.exitCode = rows.every(({ holds }) => holds !== false) ? 0 : 1;
