/**
 * When to stop sampling. Looks are planned before the first sample; at each, a bound on a quantile is
 * kept, broken, or left for the next look. A sample holds or not, so that all rests on how many hold:
 * if the quantile stands just at the bound, that number is binomial. The chance to pass wrongly, and
 * likewise to fail wrongly, is 1 - confidence over all looks together: after look k of K at most k / K
 * of it is spent, counted exactly along the paths that are still open, and what a look leaves over goes
 * to the next ones (an error-spending plan after Lan and DeMets 1983, linear in the looks).
 */
import { addTrials } from './binomial.ts';

/** `every` is no quantile: one sample that breaks the bound breaks all, at the first look. */
export type Statistic = 'every' | 'median' | 'p90' | 'p99';

export interface PlannedLook {
  /** All samples until now, those of earlier looks included. */
  readonly samples: number;
  readonly isLast: boolean;
  /** With the samples sorted from the best to the worst, this one, counted from 1, must hold to pass. */
  readonly passRank: number | undefined;
  /** If this one does not hold, it is a fail. The interval of the statistic is [failRank, passRank]. */
  readonly failRank: number | undefined;
  /** The exact chance to have passed by now where the statistic is just beyond the bound. */
  readonly wrongPassChance: number;
  /** The exact chance to have failed by now where the statistic is just at the bound. */
  readonly wrongFailChance: number;
}

export type LookDecision = 'pass' | 'fail' | 'go-on' | 'inconclusive';

export const usualLooks: readonly number[] = [7, 15];

/** The share of samples that must hold. */
export function heldShare(statistic: Exclude<Statistic, 'every'>): number {
  switch (statistic) {
    case 'median':
      return 0.5;
    case 'p90':
      return 0.9;
    case 'p99':
      return 0.99;
  }
}

/** `sampleCounts` grows from look to look; a single one is an ordinary one-sided test. */
export function planLooks(
  statistic: Statistic,
  sampleCounts: readonly number[] = usualLooks,
  confidence = 0.95,
): PlannedLook[] {
  if (statistic === 'every') return sampleCounts.map(lookAtEvery);
  const share = heldShare(statistic);
  const wrong = { pass: 0, fail: 0 };
  let open = [1];
  return sampleCounts.map((samples, at) => {
    open = addTrials(open, samples - (sampleCounts[at - 1] ?? 0), share);
    const budget = ((1 - confidence) * (at + 1)) / sampleCounts.length;
    const failing = takeTail(open, budget - wrong.fail);
    const passing = takeTail(open.toReversed(), budget - wrong.pass);
    wrong.fail += failing.chance;
    wrong.pass += passing.chance;
    open = open.map((chance, held) =>
      held < failing.counts || held > samples - passing.counts ? 0 : chance,
    );
    return {
      samples,
      isLast: at === sampleCounts.length - 1,
      passRank: passing.counts > 0 ? samples + 1 - passing.counts : undefined,
      failRank: failing.counts > 0 ? failing.counts : undefined,
      wrongPassChance: wrong.pass,
      wrongFailChance: wrong.fail,
    };
  });
}

function lookAtEvery(samples: number): PlannedLook {
  const ranks = { passRank: samples, failRank: samples };
  return { samples, isLast: true, ...ranks, wrongPassChance: 0, wrongFailChance: 0 };
}

/** As many counts from the start as the budget allows; those closed before cost nothing. */
function takeTail(open: readonly number[], budget: number): { counts: number; chance: number } {
  let chance = 0;
  for (const [counts, one] of open.entries()) {
    if (chance + one > budget) return { counts, chance };
    chance += one;
  }
  return { counts: open.length - 1, chance };
}

/** `holding`: how many of the look's samples are on the right side of the bound. */
export function decideLook(look: PlannedLook, holding: number): LookDecision {
  if (look.passRank !== undefined && holding >= look.passRank) return 'pass';
  if (look.failRank !== undefined && holding < look.failRank) return 'fail';
  return look.isLast ? 'inconclusive' : 'go-on';
}

/** Whether samples could ever be good enough to pass; more are needed if not. */
export function canPass(looks: readonly PlannedLook[]): boolean {
  return looks.at(-1)?.passRank !== undefined;
}
