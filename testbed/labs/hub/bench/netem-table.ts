/**
 * What the kernel's netem makes of a setting (in a User-Mode Linux), beside what our model makes of the
 * same: `node netem-table.ts >reports/proof/netem.md`, as root. Both between the same two namespaces, in
 * turns. Figures in milliseconds are a machine's that may be busy; shares and rates are the setting's.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism, loadavg, release } from 'node:os';
import process from 'node:process';
import { formatIp } from '../../../../src/base/address.ts';
import { never, nsPerMs } from '../../../../src/base/time.ts';
import type { DirectionSettings } from '../../../schema/link-settings.ts';
import { type Cable, pathOf } from './cable.ts';
import { raiseHub } from './contestants.ts';
import { countOvertaken, flood, rateBps } from './flood.ts';
import { raiseNetem } from './netem-cable.ts';
import { measureOneWayNs, quantileOf } from './one-way.ts';

const probes = 300;

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

/** Of questions and answers, each of which may be lost. */
async function losses({ left, right }: Cable): Promise<string> {
  const address = formatIp(right.address);
  const words = ['-q', '-i', '0.002', '-c', '2000', '-W', '1', address];
  const argv = [`--net=${pathOf(left)}`, 'ping', ...words];
  const { stdout } = spawnSync('nsenter', argv, { encoding: 'utf8' });
  const [, share] = /([\d.]+)% packet loss/.exec(stdout) ?? [];
  return `${share} % of 2000 round trips`;
}

const longQueue = {
  ...{ limitFrames: 10_000, limitBytes: never },
  discipline: { kind: 'drop-tail' },
} as const;

/** Twice as much is sent as the link can carry. */
function carriedAt(askedBps: number): Row['look'] {
  const count = askedBps >= 5e6 ? 1_200 : 300;
  const asked = { count, payloadBytes: 1_400, intervalNs: ((1_442 * 8) / (2 * askedBps)) * 1e9 };
  return async ({ left, right }) => {
    const arrivals = flood(left, right, asked);
    const share = (rateBps(arrivals, asked) / askedBps) * 100;
    return `${share.toFixed(2)} % of it, ${arrivals.length} of ${count} frames`;
  };
}

/** Sent every 2 ms: what is held for 10 ms is overtaken by the four or five behind it. */
async function overtaken({ left, right }: Cable): Promise<string> {
  const asked = { count: 2_000, payloadBytes: 32, intervalNs: 2 * nsPerMs };
  const arrivals = flood(left, right, asked);
  const share = (countOvertaken(arrivals) / arrivals.length) * 100;
  return `${share.toFixed(2)} % of ${arrivals.length} came after a later one`;
}

function rate(megabits: number): Row {
  return {
    asked: `rate ${megabits} Mbit/s`,
    netem: `rate ${megabits}mbit`,
    model: { rateBps: megabits * 1e6, queue: longQueue },
    look: carriedAt(megabits * 1e6),
  };
}

const rows: readonly Row[] = [
  { asked: 'delay 10 ms', netem: 'delay 10ms', model: { delayNs: 10e6 }, look: delays },
  { asked: 'delay 50 ms', netem: 'delay 50ms', model: { delayNs: 50e6 }, look: delays },
  {
    asked: 'delay 20 ms, jitter 5 ms',
    ...{ netem: 'delay 20ms 5ms', model: { delayNs: 20e6, jitterNs: 5e6 }, look: delays },
  },
  {
    asked: 'loss 2 %, each way',
    ...{ netem: 'loss 2%', model: { loss: { model: 'independent', ratio: 0.02 } }, look: losses },
  },
  rate(1),
  rate(10),
  {
    asked: 'one in ten held for 10 ms',
    // What netem reorders goes at once, and the others wait.
    ...{ netem: 'delay 10ms reorder 90%', model: { reorder: { ratio: 0.1, holdNs: 10e6 } } },
    look: overtaken,
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

Delays are one way, ${probes} datagrams one at a time. Of round trips 3.96 % are lost where each way loses 2 %. Rates are
of frames with their Ethernet headers, of 1 442 bytes each, where twice as many are sent. Of 2 000 datagrams
10 % overtaken, four standard deviations are 2.7 %.
`);
