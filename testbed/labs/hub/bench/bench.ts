/**
 * What the hub carries and how exactly, beside the sketch that has no models and VDE's wirefilter, by
 * turns in one run. Bars in milliseconds hold on a machine that is otherwise idle; it says where it was not.
 * The hub has its priority and the sketch has none, which tells on a busy machine alone.
 */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import Table from 'cli-table3';
import { never, nsPerMs } from '../../../../src/base/time.ts';
import { link, node } from '../../../plan/testing-topology.ts';
import type { DirectionSettings } from '../../../schema/link-settings.ts';
import { HubRig } from '../testing-hub.ts';
import type { Cable, CableEnd } from './cable.ts';
import { raiseHub, raiseSketch, raiseWirefilter } from './contestants.ts';
import { raiseNetem } from './netem-cable.ts';
import { measureOneWayNs, quantileOf } from './one-way.ts';
import { measureTcp, measureUdp, runIperf, type Throughput } from './throughput.ts';
import { exitCodeOf, type Judged, verdictOf } from './verdict.ts';
import { wakeUpLateness } from './wake-up.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = 4;
const probes = 250;
const longQueue = {
  limitFrames: 1_000,
  limitBytes: never,
  discipline: { kind: 'drop-tail' },
} as const;
const shaped = { rateBps: 100e6, delayNs: 10 * nsPerMs, queue: longQueue } as const;
/** A full frame of 1 514 bytes carries 1 448 of payload beside its headers and TCP's timestamps. */
const shapedPayloadBps = (shaped.rateBps * 1_448) / 1_514;

interface Row extends Judged {
  readonly figure: string;
  readonly seen: string;
  readonly bar: string;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

type Raise = () => Promise<Cable>;

interface Unshaped {
  readonly tcp: Throughput;
  readonly udp: Throughput;
}

async function unshaped(raise: Raise): Promise<Unshaped> {
  await using cable = await raise();
  return {
    tcp: await measureTcp(cable, seconds),
    udp: await measureUdp(cable, '500M', seconds),
  };
}

async function compareSpeed(): Promise<Row[]> {
  const raises: readonly Raise[] = [() => raiseHub({}), raiseSketch, () => raiseWirefilter(0)];
  const results: Unshaped[][] = raises.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, raise] of raises.entries()) results[at]!.push(await unshaped(raise));
  }
  const ratios = results[0]!.map(
    ({ tcp }, at) => tcp.bitsPerSecond / results[1]![at]!.tcp.bitsPerSecond,
  );
  const ratio = median(ratios);
  return [
    ...['hub', 'sketch', 'wirefilter'].flatMap((name, at) => [
      row(`TCP over an unshaped link, ${name}`, typical(results[at]!.map(({ tcp }) => tcp))),
      row(`500 Mbit/s of UDP over it, ${name}`, typical(results[at]!.map(({ udp }) => udp))),
    ]),
    row('TCP over an unshaped link, hub to sketch', ratio.toFixed(2), '≥ 1', ratio >= 1),
  ];
}

function typical(results: readonly Throughput[]): string {
  const cost = median(results.map((one) => one.microsecondsAFrame)).toFixed(1);
  return `${gigabits(results.map((one) => one.bitsPerSecond))}, ${cost} µs a frame`;
}

function gigabits(bitsPerSecond: readonly number[]): string {
  return `${(median(bitsPerSecond) / 1e9).toFixed(2)} Gbit/s`;
}

interface Exactness {
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Probes that did not come within two seconds; each counts as later than all that came. */
  readonly lost: number;
}

/** How much more than the 10 ms that were asked for. */
function exactness(from: CableEnd, to: CableEnd): Exactness {
  const came = measureOneWayNs(from, to, probes);
  const lost = probes - came.length;
  const delays = [...came, ...Array.from({ length: lost }, () => never)];
  const beyondMs = (ratio: number) => (quantileOf(delays, ratio) - shaped.delayNs) / nsPerMs;
  return { medianMs: beyondMs(0.5), p99Ms: beyondMs(0.99), lost };
}

async function compareDelay(): Promise<Row[]> {
  const hub: Exactness[] = [];
  const wirefilter: Exactness[] = [];
  const netem: Exactness[] = [];
  const rates: Throughput[] = [];
  for (let round = 0; round < rounds; round++) {
    await using cable = await raiseHub(shaped);
    hub.push(exactness(cable.left, cable.right));
    rates.push(await measureTcp(cable, seconds));
    await using other = await raiseWirefilter(10);
    wirefilter.push(exactness(other.left, other.right));
    await using kernel = await raiseNetem('delay 10ms');
    netem.push(exactness(kernel.left, kernel.right));
  }
  const rate = median(rates.map((one) => one.bitsPerSecond)) / shapedPayloadBps;
  const cost = median(rates.map((one) => one.microsecondsAFrame)).toFixed(1);
  const [middle, late] = [
    median(hub.map((one) => one.medianMs)),
    median(hub.map((one) => one.p99Ms)),
  ];
  return [
    timeRow('10 ms asked, idle, hub: median', added(middle), '≤ 0.1 ms', middle <= 0.1),
    timeRow('10 ms asked, idle, hub: p99', added(late), '≤ 0.3 ms', late <= 0.3),
    row('10 ms asked, idle, hub: p99 of each round', hub.map((one) => added(one.p99Ms)).join(', ')),
    row(
      'probes lost, hub',
      lossOf(hub),
      'none',
      hub.every(({ lost }) => lost === 0),
    ),
    row('probes lost, wirefilter; netem', `${lossOf(wirefilter)}; ${lossOf(netem)}`, 'beside'),
    row('10 ms asked, idle, wirefilter', bothOf(wirefilter), 'beside', undefined),
    row('10 ms asked, idle, netem in User-Mode Linux', bothOf(netem), 'beside', undefined),
    row(
      '100 Mbit/s and 10 ms, TCP',
      `${(rate * 100).toFixed(2)} % of the rate, ${cost} µs a frame`,
      '99 to 101 %',
      Math.abs(rate - 1) <= 0.01,
    ),
  ];
}

function lossOf(results: readonly Exactness[]): string {
  const lost = results.reduce((sum, one) => sum + one.lost, 0);
  return `${lost} of ${results.length * probes}`;
}

function bothOf(results: readonly Exactness[]): string {
  const [middle, late] = [results.map((one) => one.medianMs), results.map((one) => one.p99Ms)];
  return `${added(median(middle))}, p99 ${added(median(late))}`;
}

function added(ms: number): string {
  return `+${ms.toFixed(3)} ms`;
}

const links = 10;
const each: Partial<DirectionSettings> = { rateBps: 50e6, delayNs: 10 * nsPerMs, queue: longQueue };

/** Ten links filled at once: the 99th percentile of the direction that was latest, in milliseconds. */
async function crowd(): Promise<number> {
  const names = Array.from({ length: links }, (_, at) => at);
  await using rig = await HubRig.raise({
    nodes: names.flatMap((at) => [node(`a${at}`, 'host'), node(`b${at}`, 'host')]),
    links: names.map((at) => link(`l${at}`, [`a${at}`, `b${at}`], each)),
  });
  const endOf = (name: string, at: number): CableEnd => ({
    namespace: rig.namespaceOf(name),
    address: rig.addressOf(name),
    device: `l${at}`,
  });
  const options = ['-u', '-b', '48M', '-l', '1400', '-t', String(seconds)];
  const flows = names.map((at) => runIperf(endOf(`a${at}`, at), endOf(`b${at}`, at), options));
  await Promise.all(flows);
  await rig.hub.settle();
  const late = rig.recordsOf('hub.lateness').map((record) => record['p99Ns'] as number);
  return Math.max(...late) / nsPerMs;
}

async function fillTen(): Promise<Row[]> {
  const late: number[] = [];
  for (let round = 0; round < rounds; round++) late.push(await crowd());
  const worst = median(late);
  const figure = 'ten links, 48 Mbit/s of UDP each: p99 of the latest';
  return [timeRow(figure, added(worst), '≤ 1 ms', worst <= 1)];
}

function row(figure: string, seen: string, bar = '', holds?: boolean): Row {
  return { figure, seen, bar, holds };
}

function timeRow(figure: string, seen: string, bar: string, holds: boolean): Row {
  return { figure, seen, bar, holds, isOfTime: true };
}

function printTable(rows: readonly Row[], isQuiet: boolean): void {
  const head = ['figure', 'seen', 'bar', 'holds'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) table.push([row.figure, row.seen, row.bar, verdictOf(row, isQuiet)]);
  process.stdout.write(`${table.toString()}\n`);
}

const before = wakeUpLateness();
const rows: Row[] = [];
for (const measure of [compareDelay, compareSpeed, fillTen]) {
  const measured = await measure();
  // A run of many minutes that is cut short has then said what it saw so far.
  for (const { figure, seen } of measured) process.stderr.write(`${figure}: ${seen}\n`);
  rows.push(...measured);
}
const wakeMs = Math.max(before, wakeUpLateness()) / nsPerMs;
const isQuiet = wakeMs <= 0.3;
rows.push(
  row('a bare thread woken by a timer, p99 late', added(wakeMs), '≤ 0.3 ms: idle', undefined),
);
printTable(rows, isQuiet);
process.stdout.write(
  `Node ${process.version}, ${availableParallelism()} processors; medians of ${rounds}.\n`,
);
process.exitCode = exitCodeOf(rows, { isQuiet });
