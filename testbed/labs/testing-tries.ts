/** What a machine that is busy elsewhere leaves unjudged is looked at again; what stays so is said, and counted. */
import type { ExecutionContext } from 'ava';

/** As calibration does. */
const mostTries = 3;
/** A run that looks again by itself takes this long alone; nobody waits for nine. */
const patienceMs = 45_000;

/** Of this test file. */
const tally = { examples: 0, unjudged: 0 };

export interface Tries<Run> {
  run(): Promise<Run>;
  isStarved(run: Run): boolean;
  /** No other try begins after it. */
  readonly patienceMs?: number;
}

/** Undefined: the machine was starved each time, and nothing was found out. */
export async function runUntilJudged<Run>(
  t: Pick<ExecutionContext, 'log'>,
  { run, isStarved, ...limits }: Tries<Run>,
): Promise<Run | undefined> {
  tally.examples += 1;
  const untilMs = performance.now() + (limits.patienceMs ?? patienceMs);
  let tries = 0;
  do {
    const one = await run();
    if (!isStarved(one)) return one;
    tries += 1;
  } while (tries < mostTries && performance.now() < untilMs);
  tally.unjudged += 1;
  const { examples, unjudged } = tally;
  t.log(`NOT JUDGED: the machine was starved ${tries} times; so far ${unjudged} of ${examples}`);
  return undefined;
}
