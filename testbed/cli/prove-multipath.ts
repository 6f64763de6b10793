/**
 * Failover, striping and the tunnel beside the kernel's MPTCP in real time. What is done is kept: a proof that was
 * interrupted goes on. It ends with a report that is committed.
 *
 *   node testbed/cli/prove-multipath.ts [scenario…] [--lab netns] [--budget 7min] [--repeat 46]
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Result } from '../schema/result.ts';
import { processorTable } from './processor-table.ts';
import { local, root } from './proof.ts';
import { valuesTable } from './values-table.ts';

const reportFile = join(root, 'reports/proof/multipath-real.md');

interface Campaign {
  readonly scenario: string;
  /** netns if not given. */
  readonly lab?: 'docker' | 'mininet';
  readonly repeat: number;
  /** What the table shows; a measure of the scenario each. */
  readonly measures: readonly string[];
  /** Programs whose time on a processor is told for each gigabyte that `took` tells the time of. */
  readonly workers?: readonly string[];
}

const tunnelGaps = ['silent', 'unplugged'].flatMap((event) =>
  ['up', 'down'].flatMap((way) => [`${event}-${way}`, `${event}-back-${way}`]),
);

/** One sided 95 %: 46 samples decide a p90 where one may exceed, and 93 where four may. */
const ofP90 = 46;
const ofP90Extended = 93;

const campaigns: readonly Campaign[] = [
  { scenario: 'failover-carrier', repeat: ofP90, measures: ['gap', 'back'] },
  { scenario: 'failover-blackhole', repeat: ofP90, measures: ['gap', 'back'] },
  { scenario: 'failover-tunnel', repeat: ofP90, measures: tunnelGaps },
  { scenario: 'link-gone', repeat: 5, measures: ['udp-gap', 'mptcp-gap', 'tcp-gap'] },
  { scenario: 'failover-carrier', lab: 'docker', repeat: ofP90, measures: ['gap', 'back'] },
  { scenario: 'failover-blackhole', lab: 'docker', repeat: ofP90, measures: ['gap', 'back'] },
  { scenario: 'failover-tunnel', lab: 'mininet', repeat: 5, measures: tunnelGaps },
  {
    ...{ scenario: 'terminal-curl', repeat: 5, measures: ['took'] },
    workers: ['uplink', 'landing'],
  },
  {
    scenario: 'tunnel-latency',
    repeat: 5,
    measures: ['bare-delay', 'pinned-delay', 'pinned-slow'],
  },
  { scenario: 'stock-kernel-peer', repeat: 5, measures: ['steady'] },
  { scenario: 'striping', repeat: 5, measures: ['steady'] },
  { scenario: 'striping-three', repeat: 5, measures: ['steady'] },
  { scenario: 'striping-loss', repeat: 5, measures: ['steady'] },
  { scenario: 'striping-transfer', repeat: 5, measures: ['speed'] },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ budget: { type: 'string' }, repeat: { type: 'string' } },
    lab: { type: 'string', default: 'netns' },
  },
});

/** Samples of one stack do not mix with those of another. */
const folders = ['src/tcp', 'src/mptcp', 'src/tunnel', 'src/runtime', 'src/uplinks'];
const trees = folders.map((folder) => `HEAD:${folder}`);
const { stdout: hashes } = await execa('git', ['rev-parse', ...trees], local);
const key = hashes.split('\n').map((hash) => hash.slice(0, 8));
const out = join(root, 'reports/runs/proof-multipath', key.join('-'));

for (const campaign of campaigns) {
  const isNamed = positionals.length === 0 || positionals.includes(campaign.scenario);
  if (!isNamed || labOf(campaign) !== values.lab) continue;
  await run(campaign, Number(values.repeat ?? campaign.repeat));
  if (values.repeat === undefined && wantsMore(campaign)) await run(campaign, ofP90Extended);
}
writeFileSync(reportFile, `${reportText().trimEnd()}\n`);

function labOf({ lab }: Campaign): string {
  return lab ?? 'netns';
}

function folderOf(campaign: Campaign): string {
  const { lab } = campaign;
  return lab === undefined ? out : join(out, lab);
}

async function run(campaign: Campaign, repeat: number): Promise<void> {
  const program = join(root, 'testbed/cli/ropewalk.js');
  const { scenario, lab } = campaign;
  const where = lab === 'mininet' ? ['--mininet', 'here'] : ['--lab', labOf(campaign)];
  const words = ['run', `scenarios/${scenario}.yaml`, ...where, '--resume'];
  words.push('--out', folderOf(campaign), '--repeat', String(repeat));
  if (values.budget !== undefined) words.push('--budget', values.budget);
  await execa('node', [program, ...words], { ...local, stdio: 'inherit' });
}

/** A p90 that so many samples left open. */
function wantsMore(campaign: Campaign): boolean {
  const rows = readResult(campaign)?.rows ?? [];
  return campaign.repeat === ofP90 && rows.some((row) => row.at === 'p90' && isOpen(row));
}

function isOpen({ verdict }: Result['rows'][number]): boolean {
  return verdict === 'fail' || verdict === 'inconclusive';
}

function readResult(campaign: Campaign): Result | undefined {
  const file = join(folderOf(campaign), campaign.scenario, 'result.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function reportText(): string {
  return [
    '# Several links at once, beside the kernel: what `node testbed/cli/prove-multipath.ts` saw',
    '',
    'In real time, variants by turns. A cell has median, p90 and the most of all samples that finished. `back`',
    'is the time to 90 % of what is left (docs/measures.md, time-to-rate). A verdict that is no pass says why: a p99',
    'takes 299 samples and is decided in virtual time. Other labs: `--lab docker`, `--lab mininet`.',
    '',
    ...campaigns.flatMap(partOf),
  ].join('\n');
}

function partOf(campaign: Campaign): string[] {
  const { scenario, lab, measures, workers } = campaign;
  const title = `## ${scenario}${lab === undefined ? '' : ` in ${lab}`}`;
  const result = readResult(campaign);
  if (result === undefined) return [title, '', 'Not run yet.', ''];
  // No number of samples of real time that can be had decides a p99.
  const isHeld = ({ at, verdict }: Result['rows'][number]) =>
    verdict === 'pass' || verdict === 'unsupported' || (at === 'p99' && verdict === 'inconclusive');
  if (!result.rows.every(isHeld)) process.exitCode = 1;
  const commit = result.run.revision?.commit.slice(0, 12) ?? 'no commit';
  const head = `${result.run.machine}, commit ${commit}, ${result.samples.length} samples.`;
  const table = valuesTable(result, measures);
  const spent = workers === undefined ? [] : ['', ...processorTable(linesOf(campaign), workers)];
  return [title, '', result.about, '', head, '', ...table, ...spent, ''];
}

/** The records of each sample, by variant. */
function linesOf(campaign: Campaign): Map<string, readonly string[]> {
  const cwd = join(folderOf(campaign), campaign.scenario, 'records');
  const files = globSync('*/*/sample-*.ndjson', { cwd });
  const byVariant = Map.groupBy(files, (file) => file.split('/')[1]!);
  return new Map(
    [...byVariant].map(([variant, all]) => [
      variant,
      all.map((file) => readFileSync(join(cwd, file), 'utf8')),
    ]),
  );
}
