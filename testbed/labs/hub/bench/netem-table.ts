/**
 * What the kernel's netem makes of a setting (in a User-Mode Linux), beside what our model makes of the
 * same: `node netem-table.ts >reports/proof/netem.md`, as root. Both between the same two namespaces, in
 * turns. Figures in milliseconds are a machine's that may be busy; shares and rates are the setting's.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism, loadavg, release } from 'node:os';
import process from 'node:process';
import { formatIp } from '../../../../src/base/address.ts';
import { nsPerMs } from '../../../../src/base/time.ts';
import type { DirectionSettings } from '../../../schema/link-settings.ts';
import { type Cable, pathOf } from './cable.ts';
import { raiseHub } from './contestants.ts';
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

Delays are one way, ${probes} datagrams one at a time. Of round trips 3.96 % are lost where each way loses 2 %.
Rate and reordering are not in it: iperf3 came to no end over the guest's bridge, and why was not found out.
`);
