/**
 * `make prove`: the full samples. Every property from other seeds and more often, every scenario with
 * many seeds, and every run twice to compare its bytes. What is done is kept, so that a proof that was
 * interrupted goes on; it ends with a report that is committed. With ids it does these alone and writes none.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { equalSidesClaim, equalSidesCommand, proveEqualSides } from './prove-equal-sides.ts';

const root = join(import.meta.dirname, '../..');
const workFolder = join(root, 'reports/runs/proof');
const reportFile = join(root, 'reports/proof/keel.md');

const propertyRounds = 10;
const scenarioSeeds = 50;

interface Proof {
  readonly id: string;
  readonly claim: string;
  /** How it was done, as a reader would type it. */
  readonly command: string;
  prove(): Promise<Outcome>;
}

interface Outcome {
  readonly holds: boolean;
  readonly seen: string;
}

function propertyProof(round: number): Proof {
  const holders = globSync('{src,testbed}/**/*.test.ts', { cwd: root }).filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('propertyRuns('),
  );
  return {
    id: `properties-${round}`,
    claim: `every property holds, 20 times the usual runs, seeds of round ${round}`,
    command: `ROPEWALK_PROOF_ROUND=${round} ava ${holders.length} files with properties`,
    prove: async () => {
      const env = { ROPEWALK_PROOF_ROUND: String(round) };
      const run = await execa('ava', ['--timeout=60m', ...holders.toSorted()], { ...local, env });
      const passed = /(\d+) tests? passed/.exec(run.stdout)?.[1] ?? '0';
      const failures = run.stdout.split('\n').filter((line) => line.includes('✘'));
      const seen = run.exitCode === 0 ? `${passed} tests passed` : failures.join('; ');
      return { holds: run.exitCode === 0, seen };
    },
  };
}

function scenarioProof(file: string): Proof {
  return {
    id: `scenario-${file.replaceAll(/\W/g, '-')}`,
    claim: `${file} passes with each of ${scenarioSeeds} seeds, and gives the same bytes when run again elsewhere`,
    command: `ropewalk run ${file} --capture --seed 1…${scenarioSeeds}, twice each`,
    prove: async () => {
      let passed = 0;
      let same = 0;
      for (let seed = 1; seed <= scenarioSeeds; seed++) {
        const here = await runOnce(file, seed, { TZ: 'UTC', LC_ALL: 'C' });
        const there = await runOnce(file, seed, { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' });
        passed += here.exitCode === 0 ? 1 : 0;
        same += here.digest === there.digest ? 1 : 0;
      }
      const seen = `${passed} of ${scenarioSeeds} pass, ${same} of ${scenarioSeeds} repeat to the byte`;
      return { holds: passed === scenarioSeeds && same === scenarioSeeds, seen };
    },
  };
}

const local = { cwd: root, preferLocal: true, localDir: root, reject: false } as const;

interface OneRun {
  readonly exitCode: number | undefined;
  readonly digest: string;
}

async function runOnce(
  file: string,
  seed: number,
  env: Readonly<Record<string, string>>,
): Promise<OneRun> {
  const out = join(workFolder, 'out');
  rmSync(out, { recursive: true, force: true });
  const flags = ['--seed', String(seed), '--repeat', '1', '--capture', '--out', out];
  const program = join(root, 'testbed/cli/ropewalk.js');
  const run = await execa('node', [program, 'run', file, ...flags], { ...local, env });
  const hash = createHash('sha256');
  for (const record of globSync('**/*.{ndjson,pcapng}', { cwd: out }).toSorted()) {
    hash.update(record).update(readFileSync(join(out, record)));
  }
  return { exitCode: run.exitCode, digest: hash.digest('hex') };
}

/** Done before: taken from the disk, unless the commit has changed since. */
async function settle(proof: Proof, commit: string): Promise<Outcome> {
  const kept = join(workFolder, `${proof.id}.json`);
  if (existsSync(kept)) {
    const before = JSON.parse(readFileSync(kept, 'utf8'));
    if (before.commit === commit) return before.outcome;
  }
  const outcome = await proof.prove();
  mkdirSync(workFolder, { recursive: true });
  writeFileSync(kept, JSON.stringify({ commit, outcome }));
  return outcome;
}

function writeReport(rows: readonly (readonly [Proof, Outcome])[], commit: string): void {
  const lines = rows.map(
    ([{ claim, command }, { holds, seen }]) =>
      `| ${claim} | \`${command}\` | ${seen} | ${holds ? 'holds' : 'does not hold'} |`,
  );
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}`;
  const text = [
    '# What `make prove` saw of the keel',
    '',
    `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, ${machine}.`,
    '',
    '| claim | command | seen | |',
    '|---|---|---|---|',
    ...lines,
    '',
  ];
  mkdirSync(join(root, 'reports/proof'), { recursive: true });
  writeFileSync(reportFile, text.join('\n'));
}

/** The table of error rates is committed; it must come out the same again. */
const errorRates: Proof = {
  id: 'error-rates',
  claim: 'the table of error rates regenerates to the byte',
  command: 'node testbed/statistics/print-error-rates.ts | cmp - reports/proof/error-rates.md',
  prove: async () => {
    const program = join(root, 'testbed/statistics/print-error-rates.ts');
    const printed = await execa('node', [program], { ...local, stripFinalNewline: false });
    const holds =
      printed.stdout === readFileSync(join(root, 'reports/proof/error-rates.md'), 'utf8');
    return { holds, seen: holds ? 'the same bytes' : 'other bytes' };
  },
};

const equalSides: Proof = {
  id: 'equal-sides',
  claim: equalSidesClaim,
  command: equalSidesCommand,
  prove: () => proveEqualSides({ root, folder: workFolder, commit }),
};

const kills = 20;

/** Of namespaces, devices and mounts: needs what the netns lab needs. */
const killProof: Proof = {
  id: 'kills',
  claim: `an orchestrator is killed at ${kills} random moments, and gc leaves all as it was, a foreign namespace too`,
  command: `ROPEWALK_KILLS=${kills} ava testbed/labs/netns/kill.lab.ts`,
  prove: async () => {
    const env = { ROPEWALK_KILLS: String(kills), ROPEWALK_REQUIRE_LABS: 'netns' };
    const run = await execa('ava', ['--timeout=60m', 'testbed/labs/netns/kill.lab.ts'], {
      ...local,
      env,
    });
    const holds = run.exitCode === 0;
    const failures = run.stdout.split('\n').filter((line) => line.includes('✘'));
    return { holds, seen: holds ? `as before, ${kills} of ${kills}` : failures.join('; ') };
  },
};

async function hasNetns(): Promise<boolean> {
  const { exitCode } = await execa('node', ['testbed/cli/labs-here.ts', 'netns'], local);
  return exitCode === 0;
}

const scenarios = globSync('scenarios/*.yaml', { cwd: root }).toSorted();
const proofs = [
  errorRates,
  ...((await hasNetns()) ? [killProof, equalSides] : []),
  ...scenarios.map(scenarioProof),
  ...Array.from({ length: propertyRounds }, (_, at) => propertyProof(at + 1)),
];
const commit = (await execa('git', ['rev-parse', 'HEAD'], local)).stdout;
const wanted = process.argv.slice(2);
const rows: [Proof, Outcome][] = [];
for (const proof of proofs) {
  if (wanted.length > 0 && !wanted.includes(proof.id)) continue;
  const outcome = await settle(proof, commit);
  rows.push([proof, outcome]);
  process.stdout.write(
    `${outcome.holds ? 'holds' : 'DOES NOT HOLD'}  ${proof.claim}: ${outcome.seen}\n`,
  );
}
if (wanted.length === 0) writeReport(rows, commit);
process.exitCode = rows.every(([, outcome]) => outcome.holds) ? 0 : 1;
