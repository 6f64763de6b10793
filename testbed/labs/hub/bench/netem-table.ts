/**
 * What the kernel's netem makes of a setting (in a User-Mode Linux), beside what our model makes of the
 * same: `node netem-table.ts >reports/proof/netem.md`, as root. Both between the same two namespaces, in
 * turns. Figures in milliseconds are a machine's that may be busy; shares and rates are the setting's.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg, release } from 'node:os';
import process from 'node:process';
import { nsPerMs } from '../../../../src/base/time.ts';
import type { DirectionSettings } from '../../../schema/link-settings.ts';
import type { Cable } from './cable.ts';
import { raiseHub } from './contestants.ts';
import { raiseNetem } from './netem-cable.ts';
import { measureOneWayNs, quantileOf } from './one-way.ts';
import { runIperf } from './throughput.ts';

const probes = 300;
const flow = ['-u', '-b', '1M', '-l', '200', '-t', '6'];

interface Row {
  readonly asked: string;
  /** As tc(8) takes it. */
  readonly netem: string;
  readonly model: Partial<DirectionSettings>;
  readonly look: (cable: Cable) => Promise<string>;
}

async function delays({ left, right }: Cable): Promise<string> {
  const sorted = measureOneWayNs(left, right, probes);
  const ms = (ratio: number) => (quantileOf(sorted, ratio) / nsPerMs).toFixed(2);
  return `p1 ${ms(0.01)}, p50 ${ms(0.5)}, p99 ${ms(0.99)} ms`;
}

/** What iperf3 says of a flow, as far as this asks. */
interface UdpResult {
  readonly end: {
    readonly streams: readonly {
      readonly udp: {
        readonly packets: number;
        readonly lost_packets: number;
        readonly out_of_order: number;
      };
    }[];
  };
}

async function flowOf({ left, right }: Cable) {
  const result = (await runIperf(left, right, flow)) as unknown as UdpResult;
  return result.end.streams[0]!.udp;
}

async function losses(cable: Cable): Promise<string> {
  const { lost_packets: lost, packets } = await flowOf(cable);
  return `${((100 * lost) / packets).toFixed(2)} % of ${packets}`;
}

async function disorder(cable: Cable): Promise<string> {
  const { out_of_order: late, packets } = await flowOf(cable);
  return `${late} of ${packets} out of order`;
}

async function rate({ left, right }: Cable): Promise<string> {
  const options = ['-C', 'cubic', '-O', '1', '-t', '5'];
  const { end } = await runIperf(left, right, options);
  return `${(end.sum_received!.bits_per_second / 1e6).toFixed(2)} Mbit/s of payload`;
}

const queue = {
  limitFrames: 1_000,
  limitBytes: Number.POSITIVE_INFINITY,
  discipline: { kind: 'drop-tail' },
} as const;

const rows: readonly Row[] = [
  { asked: 'delay 10 ms', netem: 'delay 10ms', model: { delayNs: 10e6 }, look: delays },
  { asked: 'delay 50 ms', netem: 'delay 50ms', model: { delayNs: 50e6 }, look: delays },
  {
    asked: 'delay 20 ms, jitter 5 ms',
    ...{ netem: 'delay 20ms 5ms', model: { delayNs: 20e6, jitterNs: 5e6 }, look: delays },
  },
  {
    asked: 'loss 2 %',
    ...{ netem: 'loss 2%', model: { loss: { model: 'independent', ratio: 0.02 } }, look: losses },
  },
  {
    asked: 'rate 10 Mbit/s',
    ...{ netem: 'rate 10mbit', model: { rateBps: 10e6, queue }, look: rate },
  },
  {
    asked: 'reordering 5 %',
    netem: 'delay 10ms reorder 95%',
    model: { delayNs: 1e5, reorder: { ratio: 0.05, holdNs: 10e6 } },
    look: disorder,
  },
];

async function seenIn(cable: Cable, { look }: Row): Promise<string> {
  await using standing = cable;
  return look(standing);
}

const lines: string[] = [];
for (const row of rows) {
  const kernel = await seenIn(await raiseNetem(row.netem), row);
  const model = await seenIn(await raiseHub(row.model), row);
  process.stderr.write(`${row.asked}: ${kernel} beside ${model}\n`);
  lines.push(`| ${row.asked} | ${kernel} | ${model} |`);
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
process.stdout.write(`# Real netem beside the model

\`node testbed/labs/hub/bench/netem-table.ts\`, commit ${commit}, ${new Date().toISOString().slice(0, 16)}Z.
${availableParallelism()} processors, Linux ${release()}, load ${loadavg()[0]!.toFixed(1)} from other work at the end; netem of Linux 6.1 in User-Mode Linux.

| asked | netem | our model, in the hub |
| --- | --- | --- |
${lines.join('\n')}

Delays are one way, ${probes} datagrams one at a time; losses and order are of a UDP flow of 1 Mbit/s in
packets of 200 bytes, the rate is of TCP (a full frame of 1 514 bytes carries 1 448). Reordering is said in
two ways: netem lets 95 % pass at once and holds the rest for 10 ms, and so does the model with 5 % held.
`);
