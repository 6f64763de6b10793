import test from 'ava';
import { runUntilJudged } from './testing-tries.ts';

/** A machine that is starved for so many runs, and what was said of it. */
async function look(starvedRuns: number, patienceMs = 60_000) {
  const said: unknown[] = [];
  const log = (...words: readonly unknown[]): void => void said.push(...words);
  let runs = 0;
  const judged = await runUntilJudged(
    { log: Object.assign(log, { skip: log }) },
    { run: async () => ++runs, isStarved: (run) => run <= starvedRuns, patienceMs },
  );
  return { judged, runs, said };
}

test('what a starved machine leaves unjudged is tried three times at most, and then counted', async (t) => {
  t.deepEqual(await look(0), { judged: 1, runs: 1, said: [] });
  t.deepEqual(await look(2), { judged: 3, runs: 3, said: [] });
  const sentence = 'NOT JUDGED: the machine was starved 3 times; so far';
  const never = { judged: undefined, runs: 3 };
  t.deepEqual(await look(9), { ...never, said: [`${sentence} 1 of 3`] });
  t.deepEqual(await look(9), { ...never, said: [`${sentence} 2 of 4`] });
  t.is((await look(9, 0)).runs, 1, 'nobody waits any longer');
});
