/** The first bad commit of a line of them, the oldest first, of which the last is bad. */

/** `skip`: that commit can't tell; a neighbour is asked instead. */
export type CommitState = 'good' | 'bad' | 'skip';

export interface Bisection {
  readonly firstBad: string;
  /** Commits that could not tell and stand between the last good and the first bad. */
  readonly suspects: readonly string[];
  readonly asked: number;
}

/** `commits`: those after the good one, up to the bad one, which are both known. */
export async function bisectCommits(
  commits: readonly string[],
  ask: (commit: string) => Promise<CommitState>,
): Promise<Bisection> {
  const known = new Map<number, CommitState>([[commits.length - 1, 'bad']]);
  let [good, bad] = [-1, commits.length - 1];
  let asked = 0;
  for (;;) {
    const at = nextToAsk(good, bad, known);
    if (at === undefined) break;
    const state = await ask(commits[at]!);
    asked += 1;
    known.set(at, state);
    if (state === 'good') good = at;
    if (state === 'bad') bad = at;
  }
  return { firstBad: commits[bad]!, suspects: commits.slice(good + 1, bad), asked };
}

/** The one nearest to the middle that was not asked yet; undefined: there is none between. */
function nextToAsk(
  good: number,
  bad: number,
  known: ReadonlyMap<number, CommitState>,
): number | undefined {
  const middle = (good + bad) / 2;
  let best: number | undefined;
  for (let at = good + 1; at < bad; at++) {
    if (known.has(at)) continue;
    if (best === undefined || Math.abs(at - middle) < Math.abs(best - middle)) best = at;
  }
  return best;
}
