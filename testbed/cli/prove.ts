/**
 * `make prove`: the full samples. Every property from other seeds and more often, every scenario with
 * many seeds, and every run twice to compare its bytes. What is done is kept, so that a proof that was
 * interrupted goes on; it ends with reports that are committed. With the name of a report it does that alone;
 * with ids it does these alone, and writes none.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { exitOf } from '../report/exit-code.ts';
import {
  killSeed,
  local,
  type Proof,
  type ProofGroup,
  proveGroup,
  root,
  workFolder,
} from './proof.ts';
import { backupGroup, realBackupGroup } from './prove-backup.ts';
import { equalSidesGroup } from './prove-equal-sides.ts';
import { interopGroup } from './prove-interop.ts';
import { upgradeGroup } from './prove-upgrade.ts';

const propertyRounds = 10;
const scenarioSeeds = 50;

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
      if ((await runOnce(file, 1, {})).exitCode === exitOf.unsupported)
        return { holds: true, seen: 'virtual time cannot run it and says so; see labs.md' };
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

const kills = 20;

/** Of namespaces, devices and mounts: needs what the netns lab needs. */
const killProof: Proof = {
  id: 'kills',
  claim: `an orchestrator is killed at ${kills} random moments, and gc leaves all as it was, a foreign namespace too`,
  command: `ROPEWALK_KILLS=${kills} ava testbed/labs/netns/kill.lab.ts`,
  prove: async () => {
    const seed = killSeed();
    const env = {
      ...{ ROPEWALK_KILLS: String(kills), ROPEWALK_KILL_SEED: seed },
      ROPEWALK_REQUIRE_LABS: 'netns',
    };
    const run = await execa('ava', ['--timeout=60m', 'testbed/labs/netns/kill.lab.ts'], {
      ...local,
      env,
    });
    const holds = run.exitCode === 0;
    const failures = run.stdout.split('\n').filter((line) => line.includes('✘'));
    const seen = holds ? `as before, ${kills} of ${kills}` : failures.join('; ');
    return { holds, seen: `${seen} (ROPEWALK_KILL_SEED=${seed})` };
  },
};

/** It writes a report of its own, beside this one. */
const punchCells: Proof = {
  id: 'punch-cells',
  claim: 'twelve pairs of boxes are punched in time, 46 times each, on real sockets',
  command: 'node testbed/cli/prove-punch-cells.ts',
  prove: async () => {
    const run = await execa('node', ['testbed/cli/prove-punch-cells.ts'], local);
    const kept = run.stdout.split('\n').filter((line) => line.endsWith('| yes |')).length;
    return { holds: run.exitCode === 0, seen: `${kept} of 12 in time` };
  },
};

/** What takes a machine that has nothing else to do: tests run it and leave its figures alone. */
function realTimeProof(name: string): Proof {
  const command = `ropewalk run scenarios/${name}.yaml --lab netns`;
  return {
    id: `real-time-${name}`,
    claim: `${name} passes on real sockets`,
    command,
    prove: async () => {
      const program = join(root, 'testbed/cli/ropewalk.js');
      const out = join(workFolder, 'real-time');
      const words = [program, 'run', `scenarios/${name}.yaml`, '--lab', 'netns', '--out', out];
      const run = await execa('node', words, local);
      const verdict = run.stdout.trim().split('\n').at(-1) ?? '';
      return { holds: run.exitCode === 0, seen: `exit ${run.exitCode}: ${verdict}` };
    },
  };
}

/** Its test says how soon; that it must be soon is asked only here. */
const reportPage: Proof = {
  id: 'report-page',
  claim: 'a report of 400 cases is under 5 MB and opens in less than 2 s',
  command: 'ROPEWALK_PROOF_ROUND=1 ava testbed/cli/report-page.lab.ts',
  prove: async () => {
    const env = { ROPEWALK_PROOF_ROUND: '1', ROPEWALK_REQUIRE_LABS: 'browser' };
    const run = await execa('ava', ['testbed/cli/report-page.lab.ts'], { ...local, env });
    const told = run.stdout.split('\n').find((line) => line.includes('opened in')) ?? '';
    return { holds: run.exitCode === 0, seen: told.replace(/^\W+/u, '') };
  },
};

/** Its test says how soon; that it must be soon is asked only here. */
const savedFile: Proof = {
  id: 'watch',
  claim: 'a saved file is run again, and its verdict is there, in less than 1 s',
  command: "ROPEWALK_PROOF_ROUND=1 ava --match='a saved file*' testbed/cli/after-runs.test.ts",
  prove: async () => {
    const env = { ROPEWALK_PROOF_ROUND: '1' };
    const words = ['--match=a saved file*', 'testbed/cli/after-runs.test.ts'];
    const run = await execa('ava', words, { ...local, env });
    const told = run.stdout.split('\n').find((line) => line.includes('from the save')) ?? '';
    return { holds: run.exitCode === 0, seen: told.replace(/^\W+/u, '') };
  },
};

const linksFiles = ['moves', 'random-moves', 'decision-to-wire'].map(
  (name) => `src/uplinks/kernel/${name}.lab.ts`,
);

/** Its tests say how fast; that it must be fast is asked only here. */
const links: Proof = {
  id: 'links',
  claim:
    '10 000 random moves under traffic touch no other socket, by a manager that runs too, whose end leaves nothing; a decision is on the wire in 1 ms at the median; 1 000 sockets are listed in 100 ms; a rule adds 50 µs to a connect',
  command: `ROPEWALK_PROOF_ROUND=1 ava --serial --timeout=20m ${linksFiles.join(' ')}`,
  prove: async () => {
    const env = { ROPEWALK_PROOF_ROUND: '1', ROPEWALK_REQUIRE_LABS: 'netns' };
    const options = { ...local, env };
    const run = await execa('ava', ['--serial', '--timeout=20m', ...linksFiles], options);
    const told = run.stdout.split('\n').filter((line) => /median|adds|moves:|✘/.test(line));
    return { holds: run.exitCode === 0, seen: told.map((line) => line.trim()).join('; ') };
  },
};

async function hasNetns(): Promise<boolean> {
  const { exitCode } = await execa('node', ['testbed/cli/labs-here.ts', 'netns'], local);
  return exitCode === 0;
}

const realTime = ['punch-latency', 'punch-speed'].map(realTimeProof);
const scenarios = globSync('scenarios/*.yaml', { cwd: root }).toSorted();
const keel: ProofGroup = {
  report: 'keel',
  title: 'What `make prove` saw of the keel',
  preface: [],
  proofs: [
    errorRates,
    savedFile,
    ...((await hasNetns()) ? [killProof, links, punchCells, ...realTime, reportPage] : []),
    ...scenarios.map(scenarioProof),
    ...Array.from({ length: propertyRounds }, (_, at) => propertyProof(at + 1)),
  ],
};
const ofNetns = [equalSidesGroup, interopGroup, upgradeGroup, realBackupGroup];
const groups = [keel, backupGroup, ...((await hasNetns()) ? ofNetns : [])];
const wanted = process.argv.slice(2);
for (const group of groups) if (!(await proveGroup(group, wanted))) process.exitCode = 1;
