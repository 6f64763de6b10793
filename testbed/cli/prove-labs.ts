/**
 * Every scenario in every lab, one sample of each case: what `make prove` does after the rest, or
 * `node prove-labs.ts [BUDGET]`, where BUDGET is the most that one scenario may take in one lab (`4min`).
 * Results that are there are kept, so that a proof that was cut off goes on; without their folder it
 * begins anew. It ends with reports/proof/labs.md, which is committed.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labNames } from '../labs/lab.ts';
import { formatAcrossLabs } from '../report/across-labs.ts';
import type { Result } from '../schema/result.ts';

const root = join(import.meta.dirname, '../..');
const workFolder = join(root, 'reports/runs/proof/labs');
const reportFile = join(root, 'reports/proof/labs.md');
const [budget] = process.argv.slice(2);
const local = { cwd: root, preferLocal: true, localDir: root, reject: false } as const;
const host = join(root, 'testbed/labs/mininet-driver/host/main.ts');

/** The answers that a lab may give and still have run, or have said why not. */
const judgedExits: readonly (number | undefined)[] = [0, 1, 3, 4, 5];

function folderOf(file: string, lab: string): string {
  return join(workFolder, lab, basename(file, '.yaml'));
}

/** Undefined: there is none, or its run was cut off. */
function readResult(file: string, lab: string): Result | undefined {
  const path = join(folderOf(file, lab), 'result.json');
  if (!existsSync(path)) return undefined;
  const result: Result = JSON.parse(readFileSync(path, 'utf8'));
  return result.run.interrupted ? undefined : result;
}

async function runOne(file: string, lab: string): Promise<void> {
  const words = ['run', file, '--repeat', '1', '--out', join(workFolder, lab)];
  const where = lab === 'mininet' ? ['--mininet', 'here'] : ['--lab', lab];
  const limit = budget === undefined ? [] : ['--budget', budget];
  const program = join(root, 'testbed/cli/ropewalk.js');
  const run = await execa('node', [program, ...words, ...where, ...limit], local);
  const tail = judgedExits.includes(run.exitCode) ? '' : `\n${run.stdout}\n${run.stderr}`;
  process.stdout.write(`${file} in ${lab}: exit ${run.exitCode}${tail}\n`);
  if (tail !== '') process.exitCode = 1;
}

async function labsHere(): Promise<string[]> {
  const here: string[] = [];
  for (const lab of labNames) {
    const { exitCode } = await execa('node', ['testbed/cli/labs-here.ts', lab], local);
    if (exitCode === 0) here.push(lab);
  }
  return here;
}

function writeReport(files: readonly string[]): void {
  const results = files.flatMap((file) => labNames.flatMap((lab) => readResult(file, lab) ?? []));
  const commits = new Set(results.map(({ run }) => run.revision?.commit.slice(0, 7) ?? 'none'));
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
  const limit = budget === undefined ? '' : ` ${budget}`;
  const text = `# Every scenario in every lab

\`node testbed/cli/prove-labs.ts${limit}\`, ${new Date().toISOString().slice(0, 10)}, commits ${[...commits].join(', ')}.
${machine}; load ${loadavg()[0]!.toFixed(1)} at the end. mininet is a User-Mode Linux on the same machine.
One sample of each case; cells are verdicts of rows, then medians with their distance from virtual time (\`sim\`).
What one sample can't decide is inconclusive; what a machine was too slow for is invalid, and nothing is claimed by it.

${formatAcrossLabs(results, labNames)}`;
  writeFileSync(reportFile, text);
}

const files = globSync('scenarios/*.yaml', { cwd: root }).toSorted();
const here = await labsHere();
if (here.includes('mininet')) await execa('node', [host, 'up'], { ...local, stdout: 'inherit' });
try {
  for (const lab of here) {
    const missing = files.filter((file) => readResult(file, lab) === undefined);
    for (const file of missing) await runOne(file, lab);
  }
} finally {
  if (here.includes('mininet')) await execa('node', [host, 'down'], local);
}
writeReport(files);
