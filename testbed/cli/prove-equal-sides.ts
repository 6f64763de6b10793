/** Equal sides in real time while a neighbour burns a core: hardly ever may one be called worse or better. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { binomialDistribution } from '../statistics/binomial.ts';

const rounds = 20;
const scenarios = ['delay', 'load', 'outage'].map((name) => `testbed/ab/equal/${name}.yaml`);
/** What `reports/proof/error-rates.md` allows of equal sides. */
const alarmRatio = 0.01;

export const equalSidesClaim = `the same commit against itself, ${rounds} times with a core burnt: hardly ever worse or better`;
export const equalSidesCommand = `ropewalk ab HEAD..HEAD ${scenarios.join(' ')} --lab netns, ${rounds} times`;

interface Proving {
  readonly root: string;
  /** Rounds are kept there: a proof that was interrupted goes on. */
  readonly folder: string;
  readonly commit: string;
}

export async function proveEqualSides(
  proving: Proving,
): Promise<{ readonly holds: boolean; readonly seen: string }> {
  const decisions: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of scenarios) decisions.push(...(await runRound(proving, round, scenario)));
  }
  const count = (wanted: string): number => decisions.filter((one) => one === wanted).length;
  const alarms = count('worse') + count('better');
  const seen = `${alarms} alarms in ${decisions.length} figures; ${count('same')} same, ${count('undecided')} undecided`;
  return { holds: decisions.length > 0 && alarms <= mostAlarms(decisions.length), seen };
}

/** Of one commit each round is run once. */
async function runRound(
  { root, folder, commit }: Proving,
  round: number,
  scenario: string,
): Promise<string[]> {
  const kept = join(folder, `equal-sides-${scenario.replaceAll(/\W/g, '-')}-${round}.json`);
  if (existsSync(kept)) {
    const before = JSON.parse(readFileSync(kept, 'utf8'));
    if (before.commit === commit) return before.decisions;
  }
  const decisions = await compareWithBurner(root, scenario);
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept, JSON.stringify({ commit, decisions }));
  return decisions;
}

async function compareWithBurner(root: string, scenario: string): Promise<string[]> {
  const burner = execa('sh', ['-c', 'while :; do :; done'], { reject: false });
  try {
    const program = join(root, 'testbed/cli/ropewalk.js');
    const words = ['ab', 'HEAD..HEAD', scenario, '--lab', 'netns', '--json'];
    const { stdout } = await execa('node', [program, ...words], {
      ...{ cwd: root, preferLocal: true, localDir: root, reject: false },
    });
    const { figures }: { figures: readonly { decision: string }[] } = JSON.parse(stdout);
    return figures.map(({ decision }) => decision);
  } finally {
    burner.kill();
  }
}

/** More than this many of `count` come about by chance once in a hundred times, where one in a hundred is an alarm. */
function mostAlarms(count: number): number {
  let chance = 0;
  return binomialDistribution(count, alarmRatio).findIndex((one) => {
    chance += one;
    return chance >= 0.99;
  });
}
