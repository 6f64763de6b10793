/**
 * Every scenario in every lab, one sample of each case; the suite of all labs in each; kills of
 * orchestrators. It is what `make prove` does after the rest, or `node prove-labs.ts [BUDGET [LAB…]]`, where
 * BUDGET is the most that one scenario may take in one lab of real time (`4min`). What was seen is kept, so that a
 * proof that was cut off goes on; without its folder it begins anew. It ends with reports/proof/labs.md.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labNames } from '../labs/lab.ts';
import { formatAcrossLabs } from '../report/across-labs.ts';
import type { Result } from '../schema/result.ts';
import { killSeed } from './proof.ts';

const root = join(import.meta.dirname, '../..');
const workFolder = join(root, 'reports/runs/proof/labs');
const reportFile = join(root, 'reports/proof/labs.md');
const [budget, ...asked] = process.argv.slice(2);
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
  const limit = budget === undefined || lab === 'sim' ? [] : ['--budget', budget];
  const program = join(root, 'testbed/cli/ropewalk.js');
  const run = await execa('node', [program, ...words, ...where, ...limit], local);
  const tail = judgedExits.includes(run.exitCode) ? '' : `\n${run.stdout}\n${run.stderr}`;
  process.stdout.write(`${file} in ${lab}: exit ${run.exitCode}${tail}\n`);
  if (tail !== '') process.exitCode = 1;
}

interface Trial {
  readonly lab: string;
  readonly name: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where it is proved that did not run here. */
  readonly elsewhere?: string;
}

const kills = { ROPEWALK_KILLS: '20' };

const everyCommit = 'not in this proof; `.ci/run` requires it';
const ofKills = 'not in this proof; real-time.md has it, in "Trust and leftovers"';

/** What tests say of each lab. */
const trials: readonly Trial[] = [
  { lab: 'sim', name: 'suite', file: 'testbed/labs/sim/lab-suite.test.ts', env: {} },
  ...['netns', 'docker'].flatMap((lab): Trial[] => [
    {
      lab,
      name: 'suite',
      file: `testbed/labs/${lab}/lab-suite.lab.ts`,
      env: {},
      elsewhere: everyCommit,
    },
    {
      lab,
      name: 'suite-own',
      file: `testbed/labs/${lab}/own-lab-suite.lab.ts`,
      env: {},
      elsewhere: everyCommit,
    },
    {
      lab,
      name: 'kills',
      file: `testbed/labs/${lab}/kill.lab.ts`,
      env: kills,
      ...(lab === 'netns' && { elsewhere: ofKills }),
    },
  ]),
  ...[
    { name: 'suite', file: 'lab-suite', env: {} },
    { name: 'refusals', file: 'refusals', env: {} },
    { name: 'cut', file: 'cut', env: {} },
    { name: 'kills', file: 'kill', env: kills },
  ].map((one) => ({
    ...one,
    lab: 'mininet',
    file: `testbed/labs/mininet-driver/${one.file}.lab.ts`,
  })),
];

interface Tried {
  readonly commit: string;
  readonly seen: string;
}

function readTried({ lab, name }: Trial): Tried | undefined {
  const path = join(workFolder, `${lab}-${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

async function tryOne(trial: Trial): Promise<void> {
  const seed = trial.name === 'kills' ? { ROPEWALK_KILL_SEED: killSeed() } : {};
  const env = { ...trial.env, ...seed, ROPEWALK_REQUIRE_LABS: trial.lab };
  const run = await execa('ava', ['--timeout=60m', trial.file], { ...local, env });
  const lines = run.stdout.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => /^\d+ tests? |✘/.test(line));
  told.push(...Object.entries(seed).map(([name, value]) => `${name}=${value}`));
  const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD'], local);
  mkdirSync(workFolder, { recursive: true });
  const tried: Tried = { commit, seen: told.join('; ') };
  writeFileSync(join(workFolder, `${trial.lab}-${trial.name}.json`), JSON.stringify(tried));
  process.stdout.write(`${trial.file}: ${tried.seen}\n`);
  if (run.exitCode !== 0) process.exitCode = 1;
}

function trialTable(): string {
  const rows = trials.map((trial) => {
    const { commit = '–', seen = trial.elsewhere ?? 'did not run' } = readTried(trial) ?? {};
    const words = Object.entries(trial.env).map(([name, value]) => `${name}=${value} `);
    return `| ${trial.lab} | \`${words.join('')}ava ${trial.file}\` | ${seen} | ${commit} |`;
  });
  return ['| lab | tests | seen | commit |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

async function labsHere(): Promise<string[]> {
  const here: string[] = [];
  for (const lab of asked.length > 0 ? asked : labNames) {
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

${formatAcrossLabs(results, labNames)}
## Tests of each lab

${trialTable()}
`;
  writeFileSync(reportFile, text);
}

const files = globSync('scenarios/*.yaml', { cwd: root }).toSorted();
const here = await labsHere();
if (here.includes('mininet')) await execa('node', [host, 'up'], { ...local, stdout: 'inherit' });
try {
  // One scenario in every lab before the next: a proof that was cut off compares them all the same.
  for (const file of files) {
    for (const lab of here) {
      if (readResult(file, lab) !== undefined) continue;
      await runOne(file, lab);
      writeReport(files);
    }
  }
} finally {
  if (here.includes('mininet')) await execa('node', [host, 'down'], local);
}
writeReport(files);
for (const trial of trials.filter(({ lab }) => here.includes(lab))) {
  if (readTried(trial) !== undefined) continue;
  await tryOne(trial);
  writeReport(files);
}
