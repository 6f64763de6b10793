/** From what the samples say to one decision. Intervals and their statistics belong here. */
import type { Quantifier } from '../schema/model.ts';
import type { Finding } from './finding.ts';
import { leastSamples, rankOf } from './order-statistic.ts';
import type { SampleState } from './sample-state.ts';

type Found = Extract<SampleState, { kind: 'found' }>;
export type Decided = Found & { readonly finding: Extract<Finding, { kind: 'decided' }> };
type Unmeasured = Found & { readonly finding: Extract<Finding, { kind: 'missing' }> };
type Spoiled = Extract<SampleState, { kind: 'failed' | 'invalid' }>;

export type Decision =
  /** The best first; `speaks` is the one at the statistic's rank. */
  | {
      readonly kind: 'holds' | 'broken';
      readonly sorted: readonly Decided[];
      readonly speaks: Decided;
    }
  | { readonly kind: 'failed' | 'invalid'; readonly samples: readonly Spoiled[] }
  | { readonly kind: 'missing'; readonly samples: readonly Unmeasured[] }
  /** Some were not run, or they are too few for the quantile. */
  | {
      readonly kind: 'unfinished' | 'too-few';
      readonly sorted: readonly Decided[];
    };

/**
 * A sample that failed, or that has no value where one is needed, breaks the expectation at any
 * statistic. One that is invalid or was not run is given the benefit of the doubt: what is broken even
 * so is broken, and what is not stays open.
 */
export function decide(states: readonly SampleState[], quantifier: Quantifier): Decision {
  const failed = states.filter((state): state is Spoiled => state.kind === 'failed');
  if (failed.length > 0) return { kind: 'failed', samples: failed };
  const unmeasured = states.filter(isUnmeasured);
  if (unmeasured.length > 0) return { kind: 'missing', samples: unmeasured };
  const sorted = states.filter(isDecided).toSorted(bestFirst);
  const open = states.length - sorted.length;
  const speaks = sorted[rankOf(quantifier, states.length) - 1 - open];
  if (speaks?.finding.holds === false) return { kind: 'broken', sorted, speaks };
  const invalid = states.filter((state): state is Spoiled => state.kind === 'invalid');
  if (invalid.length > 0) return { kind: 'invalid', samples: invalid };
  if (open > 0 || speaks === undefined) return { kind: 'unfinished', sorted };
  if (states.length < leastSamples(quantifier)) return { kind: 'too-few', sorted };
  return { kind: 'holds', sorted, speaks };
}

function isDecided(state: SampleState): state is Decided {
  return state.kind === 'found' && state.finding.kind === 'decided';
}

function isUnmeasured(state: SampleState): state is Unmeasured {
  return state.kind === 'found' && state.finding.kind === 'missing';
}

/** What holds comes first: slacks of different comparisons say nothing to each other. Of equals the
 * earliest sample is the worst, as it is the first to be looked at. */
function bestFirst(a: Decided, b: Decided): number {
  const truth = Number(b.finding.holds) - Number(a.finding.holds);
  return truth || b.finding.slack - a.finding.slack || b.sample - a.sample;
}
