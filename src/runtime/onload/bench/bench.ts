/**
 * The socket library beside `node:net`, in one run, one after the other and again: how long an answer takes,
 * and how much flows, straight and through 100 Mbit/s. The application is the same, unmodified.
 */
import { availableParallelism } from 'node:os';
import process from 'node:process';
import type { Hierarchies, Provider } from '../../../sockets/transport-hierarchy.ts';
import { Applications, echoPath, type StartOptions } from '../testing-applications.ts';
import { BenchCable } from './cable.ts';

const rounds = Number(process.env['ROUNDS'] ?? 3);
const answers = '4000';
const megabyte = 1_000_000;
const pollNs = 2_000_000;

interface Contender {
  readonly name: string;
  readonly onload: StartOptions['onload'];
  readonly bulkBytes: number;
}

function over(provider: Provider, spinNs: number): StartOptions['onload'] {
  const hierarchies: Hierarchies = { tcp: [provider], udp: [provider] };
  return { hierarchies, pollNs: spinNs, trace: undefined };
}

const contenders: readonly Contender[] = [
  { name: 'node:net', onload: undefined, bulkBytes: 600 * megabyte },
  { name: 'packet-ring', onload: over('packet-ring', 0), bulkBytes: 120 * megabyte },
  { name: 'packet-ring, spinning', onload: over('packet-ring', pollNs), bulkBytes: 120 * megabyte },
  { name: 'af-xdp', onload: over('af-xdp', 0), bulkBytes: 50 * megabyte },
  { name: 'af-xdp, spinning', onload: over('af-xdp', pollNs), bulkBytes: 50 * megabyte },
];

async function withApplications<T>(
  isShaped: boolean,
  action: (applications: Applications) => Promise<T>,
): Promise<T> {
  using cable = new BenchCable(isShaped);
  const applications = new Applications(cable);
  try {
    return await action(applications);
  } finally {
    await applications.end();
  }
}

function askFor(onload: StartOptions['onload']): Promise<number> {
  return withApplications(false, async (applications) => {
    const options = onload && { onload };
    const echo = applications.start('left', [echoPath, 'tcp-echo', '7000'], options);
    await echo.line('listening');
    const words = [echoPath, 'tcp-ask', '192.0.2.1', '7000', answers];
    const asking = applications.start('right', words, options);
    return JSON.parse(await asking.line('answers')).medianUs as number;
  });
}

function bulk(onload: StartOptions['onload'], bytes: number, isShaped: boolean): Promise<number> {
  return withApplications(isShaped, async (applications) => {
    const options = onload && { onload };
    const sink = applications.start('left', [echoPath, 'tcp-sink', '7000'], options);
    await sink.line('listening');
    const words = [echoPath, 'tcp-source', '192.0.2.1', '7000', String(bytes)];
    applications.start('right', words, options);
    return JSON.parse(await sink.line('mbitPerSecond')).mbitPerSecond as number;
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

interface Measured {
  readonly answerUs: number[];
  readonly bulkMbps: number[];
  readonly shapedMbps: number[];
}

const figures = new Map<string, Measured>();
for (let round = 0; round < rounds; round++) {
  for (const { name, onload, bulkBytes } of contenders) {
    const own = figures.get(name) ?? { answerUs: [], bulkMbps: [], shapedMbps: [] };
    figures.set(name, own);
    own.answerUs.push(await askFor(onload));
    own.bulkMbps.push(await bulk(onload, bulkBytes, false));
    own.shapedMbps.push(await bulk(onload, 12 * megabyte, true));
    const last = [own.answerUs, own.bulkMbps, own.shapedMbps].map((all) => all.at(-1)!.toFixed(0));
    console.log(`  round ${round + 1}, ${name}: ${last.join(', ')}`);
  }
}

const anchor = figures.get('node:net')!;
console.log(`sockets: ${rounds} rounds, ${availableParallelism()} processors`);
console.log('                         64-byte answer      bulk              through 100 Mbit/s');
for (const [name, { answerUs, bulkMbps, shapedMbps }] of figures) {
  const ratio = (own: readonly number[], its: readonly number[]) =>
    `(${(median(own) / median(its)).toFixed(2)})`;
  const cells = [
    `${median(answerUs).toFixed(0)} us ${ratio(answerUs, anchor.answerUs)}`,
    `${median(bulkMbps).toFixed(0)} Mbit/s ${ratio(bulkMbps, anchor.bulkMbps)}`,
    `${median(shapedMbps).toFixed(1)} Mbit/s ${ratio(shapedMbps, anchor.shapedMbps)}`,
  ];
  console.log(`${name.padEnd(24)} ${cells.map((cell) => cell.padEnd(20)).join('')}`);
}

/** Of a provider what is better: spinning or not, which the number of processors decides. */
function bestOf(provider: Provider, pick: (measured: Measured) => number, isLess: boolean): number {
  const own = [provider, `${provider}, spinning`].map((name) => pick(figures.get(name)!));
  return isLess ? Math.min(...own) : Math.max(...own);
}

const leastBulkMbps = 1_000;
const leastShapedRatio = 0.98;

for (const provider of ['packet-ring', 'af-xdp'] as const) {
  const answerRatio =
    bestOf(provider, ({ answerUs }) => median(answerUs), true) / median(anchor.answerUs);
  const bulkMbps = bestOf(provider, ({ bulkMbps }) => median(bulkMbps), false);
  const shapedRatio =
    bestOf(provider, ({ shapedMbps }) => median(shapedMbps), false) / median(anchor.shapedMbps);
  const bars: readonly (readonly [figure: string, holds: boolean])[] = [
    [`an answer takes ${answerRatio.toFixed(2)} of node:net's, at most 1`, answerRatio <= 1],
    [`bulk ${bulkMbps.toFixed(0)} Mbit/s, at least ${leastBulkMbps}`, bulkMbps >= leastBulkMbps],
    [
      `through 100 Mbit/s ${shapedRatio.toFixed(3)} of node:net, at least ${leastShapedRatio}`,
      shapedRatio >= leastShapedRatio,
    ],
  ];
  for (const [figure, holds] of bars) {
    console.log(`${holds ? 'holds' : 'MISSES'}  ${provider}: ${figure}`);
    if (!holds) process.exitCode = 1;
  }
}
