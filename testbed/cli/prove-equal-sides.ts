/** Equal sides in real time while a neighbour burns a core: hardly ever may one be called worse or better. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { pairedLooks } from '../statistics/paired-comparison.ts';
import { type FigureSeen, judgeEqualSides, promisedAlarmRatio, tally } from './equal-sides.ts';
import { local, type Outcome, type Proof, type ProofGroup, root, workFolder } from './proof.ts';
import { createRepository } from './testing-repository.ts';

const rounds = 20;
/** Each with how many figures it measures. */
const scenarios = [
  { name: 'delay', figures: 1 },
  { name: 'load', figures: 2 },
  { name: 'outage', figures: 1 },
] as const;
type Name = (typeof scenarios)[number]['name'];

const leastPairs = pairedLooks[0].pairs;

export const equalSidesGroup: ProofGroup = {
  report: 'equal-sides',
  title: 'Equal sides, compared while a neighbour burns a core',
  preface: [
    'Both sides are the same commit, run by turns in the netns lab while a shell loop beside them takes all that it',
    'gets of one core. Allowed are as many alarms as comparisons that keep what [the table](error-rates.md)',
    'promises raise in nineteen cases of twenty; a figure with fewer pairs than a first look takes proves nothing.',
    'The last row is the control: the same rig must see a path that is 2 ms slower.',
  ],
  proofs: [
    {
      id: 'equal-sides-all',
      claim: `the same commit against itself, ${rounds} times each scenario: hardly ever worse or better`,
      command: `ropewalk ab HEAD..HEAD SCENARIO --lab netns, ${rounds} times each of ${scenarios.length}, by turns`,
      prove: proveAll,
    },
    ...scenarios.map(({ name }) => scenarioProof(name)),
    {
      id: 'equal-sides-control',
      claim: '2 ms more on a path of 10 ms are called worse',
      command: 'ropewalk ab A..B delay.yaml --repo REPOSITORY --lab netns, 3 times',
      prove: proveControl,
    },
  ],
};

async function proveAll(commit: string): Promise<Outcome> {
  const seen: FigureSeen[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const { name } of scenarios) seen.push(...(await compareEqual(name, round, commit)));
  }
  const table = readFileSync(join(root, 'reports/proof/error-rates.md'), 'utf8');
  const figures = rounds * scenarios.reduce((sum, one) => sum + one.figures, 0);
  return judgeEqualSides(seen, { figures, leastPairs, alarmRatio: promisedAlarmRatio(table) });
}

/** What stands in the whole, by scenario; its rounds are kept, so none is run again. */
function scenarioProof(name: Name): Proof {
  const file = fileOf(name);
  return {
    id: `equal-sides-${name}`,
    claim: `of these: ${name}`,
    command: `ropewalk ab HEAD..HEAD ${file} --lab netns`,
    prove: async (commit) => {
      const seen: FigureSeen[] = [];
      for (let round = 1; round <= rounds; round++) {
        seen.push(...(await compareEqual(name, round, commit)));
      }
      const byMetric = [...Map.groupBy(seen, ({ metric }) => metric)];
      return {
        holds: seen.every(({ pairs }) => pairs >= leastPairs),
        seen: byMetric.map(([metric, own]) => `${metric}: ${tally(own)}`).join('; '),
      };
    },
  };
}

const controls = 3;

async function proveControl(commit: string): Promise<Outcome> {
  const seen: FigureSeen[] = [];
  for (let round = 1; round <= controls; round++) {
    seen.push(...(await keep(`control-${round}`, commit, () => compareSlowed(round))));
  }
  const worse = seen.filter(({ decision }) => decision === 'worse');
  return { holds: worse.length === controls && seen.length === controls, seen: tally(seen) };
}

function fileOf(name: Name): string {
  return `testbed/ab/equal/${name}.yaml`;
}

function compareEqual(name: Name, round: number, commit: string): Promise<readonly FigureSeen[]> {
  return keep(`${name}-${round}`, commit, () => compare(['HEAD..HEAD', fileOf(name)], round, root));
}

/** Two commits whose topologies differ by 2 ms. */
async function compareSlowed(round: number): Promise<FigureSeen[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-slowed-'));
  try {
    const scenario = readFileSync(join(root, fileOf('delay')), 'utf8');
    const [, topology] = /topology:\n((?: {2}.*\n)+)/.exec(scenario)!;
    const inTree = scenario.replace(/topology:\n(?: {2}.*\n)+/, "topology: '{tree}/path.yaml'\n");
    writeFileSync(join(folder, 'delay.yaml'), inTree);
    const { commit } = await createRepository(join(folder, 'repo'));
    const commits: string[] = [];
    for (const delay of ['10 ms', '12 ms']) {
      const path = topology!.replaceAll(/^ {2}/gm, '').replace('10 ms', delay);
      writeFileSync(join(folder, 'repo/path.yaml'), path);
      commits.push(await commit(`a delay of ${delay}`));
    }
    return await compare([commits.join('..'), 'delay.yaml', '--repo', 'repo'], round, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each comparison of a commit is made once: a proof that was interrupted goes on. */
async function keep(
  name: string,
  commit: string,
  make: () => Promise<readonly FigureSeen[]>,
): Promise<readonly FigureSeen[]> {
  const kept = join(workFolder, `equal-sides-round-${name}.json`);
  if (existsSync(kept)) {
    const before = JSON.parse(readFileSync(kept, 'utf8'));
    if (before.commit === commit) return before.figures;
  }
  const startedMs = performance.now();
  const figures = await make();
  mkdirSync(workFolder, { recursive: true });
  writeFileSync(kept, JSON.stringify({ commit, figures }));
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stderr.write(`${name}: ${tally(figures)} (${tookS} s)\n`);
  return figures;
}

async function compare(
  words: readonly string[],
  round: number,
  cwd: string,
): Promise<FigureSeen[]> {
  const burner = execa('sh', ['-c', 'while :; do :; done'], { reject: false });
  try {
    const program = join(root, 'testbed/cli/ropewalk.js');
    const line = [program, 'ab', ...words, '--lab', 'netns', '--json'];
    const { stdout, stderr, exitCode } = await execa('node', line, { ...local, cwd });
    if (stdout === '')
      throw new Error(`ropewalk ${line.slice(1).join(' ')}: exit ${exitCode}\n${stderr}`);
    const { figures }: { figures: readonly AbFigure[] } = JSON.parse(stdout);
    return figures.map(({ scenario, metric, decision, ratio, pairs }) => ({
      ...{ round, scenario, metric, decision, ratio },
      pairs: pairs.length,
    }));
  } finally {
    burner.kill();
  }
}

type AbFigure = Pick<FigureSeen, 'scenario' | 'metric' | 'decision' | 'ratio'> & {
  readonly pairs: readonly unknown[];
};
