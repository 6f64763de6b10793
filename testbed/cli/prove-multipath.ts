/**
 * Failover, striping and the tunnel beside the kernel's MPTCP in real time. What is done is kept: a proof that was
 * interrupted goes on. It ends with a report that is committed.
 *
 *   node testbed/cli/prove-multipath.ts [scenario…] [--budget 7min] [--repeat 46]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Result } from '../schema/result.ts';
import { local, root } from './proof.ts';
import { valuesTable } from './values-table.ts';

const reportFile = join(root, 'reports/proof/multipath-real.md');

interface Campaign {
  readonly scenario: string;
  readonly repeat: number;
  /** What the table shows; a measure of the scenario each. */
  readonly measures: readonly string[];
}

const tunnelGaps = ['silent', 'unplugged'].flatMap((event) =>
  ['up', 'down'].flatMap((way) => [`${event}-${way}`, `${event}-back-${way}`]),
);

const campaigns: readonly Campaign[] = [
  { scenario: 'failover-carrier', repeat: 46, measures: ['gap', 'back'] },
  { scenario: 'failover-blackhole', repeat: 46, measures: ['gap', 'back'] },
  { scenario: 'failover-tunnel', repeat: 46, measures: tunnelGaps },
  { scenario: 'terminal-curl', repeat: 5, measures: ['took'] },
  { scenario: 'stock-kernel-peer', repeat: 5, measures: ['steady'] },
  { scenario: 'striping', repeat: 5, measures: ['steady'] },
  { scenario: 'striping-three', repeat: 5, measures: ['steady'] },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { budget: { type: 'string' }, repeat: { type: 'string' } },
});

/** Samples of one stack do not mix with those of another. */
const trees = ['HEAD:src/tcp', 'HEAD:src/mptcp', 'HEAD:src/tunnel', 'HEAD:src/runtime'];
const { stdout: hashes } = await execa('git', ['rev-parse', ...trees], local);
const key = hashes.split('\n').map((hash) => hash.slice(0, 8));
const out = join(root, 'reports/runs/proof-multipath', key.join('-'));

for (const campaign of campaigns) {
  const isAsked = positionals.length === 0 || positionals.includes(campaign.scenario);
  if (isAsked) await run(campaign);
}
writeFileSync(reportFile, `${reportText().trimEnd()}\n`);

async function run({ scenario, repeat }: Campaign): Promise<void> {
  const program = join(root, 'testbed/cli/ropewalk.js');
  const words = ['run', `scenarios/${scenario}.yaml`, '--lab', 'netns', '--out', out, '--resume'];
  words.push('--repeat', values.repeat ?? String(repeat));
  if (values.budget !== undefined) words.push('--budget', values.budget);
  await execa('node', [program, ...words], { ...local, stdio: 'inherit' });
}

function reportText(): string {
  return [
    '# Several links at once, beside the kernel: what `node testbed/cli/prove-multipath.ts` saw',
    '',
    'Lab netns, in real time, variants by turns. A cell has median, p90 and the most of all samples that finished. `back`',
    'is the time to 90 % of what is left (docs/measures.md, time-to-rate). A verdict that is no pass says why.',
    '',
    ...campaigns.flatMap(partOf),
  ].join('\n');
}

function partOf({ scenario, measures }: Campaign): string[] {
  const file = join(out, scenario, 'result.json');
  if (!existsSync(file)) return [`## ${scenario}`, '', 'Not run yet.', ''];
  const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
  if (result.verdict !== 'pass') process.exitCode = 1;
  const commit = result.run.revision?.commit.slice(0, 12) ?? 'no commit';
  const head = `${result.run.machine}, commit ${commit}, ${result.samples.length} samples.`;
  return [`## ${scenario}`, '', result.about, '', head, '', ...valuesTable(result, measures), ''];
}
