/**
 * `make prove`: long TCP flows on every line of a grid, alone, in pairs, and beside the kernel's. What is
 * done is kept: a proof that was interrupted goes on. It ends with a report that is committed.
 *
 *   node testbed/cli/prove-cells.ts [scenario…] [--budget 7min] [--repeat 20]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import type { Result } from '../schema/result.ts';
import { cellsTable } from './cells-table.ts';

const root = join(import.meta.dirname, '../..');
const local = { cwd: root, preferLocal: true, localDir: root, reject: false } as const;
const reportFile = join(root, 'reports/proof/tcp-cells.md');

interface Proof {
  readonly scenario: string;
  readonly lab: 'sim' | 'netns';
  /** More samples than the scenario asks for by itself. */
  readonly repeat: number;
}

const proofs: readonly Proof[] = [
  { scenario: 'tcp-grid', lab: 'sim', repeat: 100 },
  { scenario: 'tcp-pairs', lab: 'sim', repeat: 20 },
  { scenario: 'tcp-kernel', lab: 'netns', repeat: 5 },
  { scenario: 'tcp-neighbours', lab: 'netns', repeat: 5 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { budget: { type: 'string' }, repeat: { type: 'string' } },
});

/** Samples of one TCP, or of one scenario, do not mix with those of another. */
const trees = ['HEAD:src/tcp', 'HEAD:scenarios/cells'];
const { stdout: hashes } = await execa('git', ['rev-parse', ...trees], local);
const key = hashes.split('\n').map((hash) => hash.slice(0, 12));
const out = join(root, 'reports/runs/proof-cells', key.join('-'));

for (const proof of proofs) {
  const isAsked = positionals.length === 0 || positionals.includes(proof.scenario);
  if (isAsked && (await hasLab(proof.lab))) await run(proof);
}
await writeReport();

async function hasLab(lab: string): Promise<boolean> {
  const { exitCode } = await execa('node', ['testbed/cli/labs-here.ts', lab], local);
  return exitCode === 0;
}

async function run({ scenario, lab, repeat }: Proof): Promise<void> {
  const program = join(root, 'testbed/cli/ropewalk.js');
  const words = ['run', `scenarios/cells/${scenario}.yaml`, '--lab', lab, '--out', out, '--resume'];
  words.push('--repeat', values.repeat ?? String(repeat));
  if (values.budget !== undefined) words.push('--budget', values.budget);
  await execa('node', [program, ...words], { ...local, stdio: 'inherit' });
}

async function writeReport(): Promise<void> {
  const parts: string[] = [];
  for (const proof of proofs) parts.push(...(await partOf(proof)));
  const text = [
    '# Long TCP flows: what `node testbed/cli/prove-cells.ts` saw',
    '',
    'A queue is one bandwidth times delay, and at least 20 frames, drop-tail. `delay` is one way. A line of the',
    'table is one case; `n` is how many samples it has; a verdict that is no pass says what was seen and asked.',
    '',
    ...parts,
  ];
  writeFileSync(reportFile, `${text.join('\n').trimEnd()}\n`);
}

async function partOf({ scenario }: Proof): Promise<string[]> {
  const folder = join(out, scenario);
  const file = join(folder, 'result.json');
  if (!existsSync(file)) return [`## ${scenario}`, '', 'Not run yet.', ''];
  const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
  const { lab, run: facts, rows, about, verdict } = result;
  if (verdict !== 'pass') process.exitCode = 1;
  const counts = Map.groupBy(rows, ({ shown }) => shown);
  const sums = [...counts].map(([shown, alike]) => `${alike.length} ${shown}`).join(', ');
  const where = `\`scenarios/cells/${scenario}.yaml\`, lab ${lab}, ${facts.machine}`;
  const commit = facts.revision?.commit.slice(0, 12) ?? 'no commit';
  const head = `${where}, commit ${commit}. ${result.samples.length} samples; expectations: ${sums}.`;
  const parts = [about, head, await compareWithReferences(scenario, folder)];
  return [`## ${scenario}`, '', ...parts.flatMap((part) => [part, '']), ...cellsTable(result), ''];
}

/** Those that are committed, of fewer samples of the same seeds. */
async function compareWithReferences(scenario: string, folder: string): Promise<string> {
  const references = `reports/baselines/${scenario}.json`;
  if (!existsSync(join(root, references))) return 'There are no committed references.';
  const program = join(root, 'testbed/cli/ropewalk.js');
  const check = await execa('node', [program, 'baseline', 'check', folder], local);
  if (check.exitCode !== 0) process.exitCode = 1;
  const last = check.stdout.trim().split('\n').at(-1) ?? '';
  return `Against \`${references}\`: ${last || `exit code ${check.exitCode}`}.`;
}
