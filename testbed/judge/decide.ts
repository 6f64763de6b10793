/** From what the samples say to one decision, at the looks that were planned. */
import type { Quantifier } from '../schema/model.ts';
import { decideLook, type PlannedLook } from '../statistics/planned-looks.ts';
import type { Deciding, Finding } from './finding.ts';
import { leastSamples, rankOf } from './order-statistic.ts';
import type { SampleState } from './sample-state.ts';

type Found = Extract<SampleState, { kind: 'found' }>;
export type Decided = Found & { readonly finding: Extract<Finding, { kind: 'decided' }> };
type Unmeasured = Found & { readonly finding: Extract<Finding, { kind: 'missing' }> };
type Spoiled = Extract<SampleState, { kind: 'failed' | 'invalid' }>;

export interface Judging {
  readonly quantifier: Quantifier;
  /** Undefined: the samples themselves are judged, and nothing beyond them is estimated. */
  readonly looks: readonly PlannedLook[] | undefined;
  /** In virtual time a figure that came out the same from every seed does not depend on chance. */
  readonly isVirtual: boolean;
}

export type Decision =
  /** The best first; `speaks` is the one at the statistic's rank. `open`: it may be on either side. */
  (
    | {
        readonly kind: 'holds' | 'broken' | 'open';
        readonly sorted: readonly Decided[];
        readonly speaks: Decided;
      }
    | { readonly kind: 'failed' | 'invalid'; readonly samples: readonly Spoiled[] }
    | { readonly kind: 'missing'; readonly samples: readonly Unmeasured[] }
    /** Some were not run, or they are too few for the statistic. */
    | { readonly kind: 'unfinished' | 'too-few'; readonly sorted: readonly Decided[] }
  ) & {
    /** How many samples it stands on, those that were not run included. */
    readonly count: number;
    /** The one at which it was made; undefined: nothing is estimated. */
    readonly look: PlannedLook | undefined;
  };

export type Settled = Extract<Decision, { kind: 'holds' | 'broken' | 'open' }>;

/** All its samples said something. */
export function isSettled(decision: Decision): decision is Settled {
  return decision.kind === 'holds' || decision.kind === 'broken' || decision.kind === 'open';
}

/**
 * A sample that failed, or that has no value where one is needed, breaks the expectation at any
 * statistic. One that is invalid or was not run is given the benefit of the doubt: what is broken even
 * so is broken, and what is not stays open. What a look settles stays settled, whatever is run
 * after it for other expectations.
 */
export function decide(states: readonly SampleState[], judging: Judging): Decision {
  const { looks } = judging;
  const count = states.length;
  const failed = states.filter((state): state is Spoiled => state.kind === 'failed');
  if (failed.length > 0) return { kind: 'failed', samples: failed, count, look: undefined };
  const unmeasured = states.filter(isUnmeasured);
  if (unmeasured.length > 0)
    return { kind: 'missing', samples: unmeasured, count, look: undefined };
  if (looks === undefined) return decideAt(states, undefined, judging);
  const reached = looks.filter((look, at) => at === 0 || look.samples <= count);
  for (const look of reached.slice(0, -1)) {
    const decision = decideAt(states.slice(0, look.samples), look, judging);
    if (decision.kind === 'holds' || decision.kind === 'broken') return decision;
  }
  const last = reached.at(-1)!;
  return decideAt(states.slice(0, last.samples), last, judging);
}

function decideAt(
  states: readonly SampleState[],
  look: PlannedLook | undefined,
  { quantifier, isVirtual }: Judging,
): Decision {
  const sorted = states.filter(isDecided).toSorted(bestFirst);
  const count = states.length;
  const stand = { count, look };
  const open = count - sorted.length;
  const holding = sorted.filter(({ finding }) => finding.holds).length;
  const speaks = sorted[rankOf(quantifier, count) - 1 - open];
  const truth = (held: number) => truthOf(held, count, quantifier, look);
  if (speaks && truth(holding + open) === false)
    return { kind: 'broken', sorted, speaks, ...stand };
  const invalid = states.filter((state): state is Spoiled => state.kind === 'invalid');
  if (invalid.length > 0) return { kind: 'invalid', samples: invalid, ...stand };
  if (open > 0 || speaks === undefined) return { kind: 'unfinished', sorted, ...stand };
  const settled = { sorted, speaks, ...stand };
  if (isVirtual && isWithoutChance(sorted, quantifier)) {
    return { kind: speaks.finding.holds ? 'holds' : 'broken', ...settled };
  }
  const holds = truth(holding);
  if (holds !== undefined) return { kind: holds ? 'holds' : 'broken', ...settled };
  const isHopeless = look?.isLast === true && look.passRank === undefined;
  return isHopeless ? { kind: 'too-few', sorted, ...stand } : { kind: 'open', ...settled };
}

/** Undefined: so many that hold leave it open. */
function truthOf(
  holding: number,
  count: number,
  quantifier: Quantifier,
  look: PlannedLook | undefined,
): boolean | undefined {
  if (look === undefined) return holding >= rankOf(quantifier, count);
  const decision = decideLook(look, holding);
  return decision === 'pass' ? true : decision === 'fail' ? false : undefined;
}

/** A tail is no matter of being the same: it takes as many samples as ever. */
function isWithoutChance(sorted: readonly Decided[], quantifier: Quantifier): boolean {
  const [first] = sorted;
  const isEnough = quantifier === 'median' || sorted.length >= leastSamples(quantifier);
  return isEnough && sorted.every(({ finding }) => isSame(finding, first!.finding));
}

function isSame(a: Decided['finding'], b: Decided['finding']): boolean {
  return a.holds === b.holds && figuresOf(a.by) === figuresOf(b.by);
}

function figuresOf(by: Deciding): string {
  const values = by.kind === 'never' ? [by.value] : [by.left, by.right];
  return JSON.stringify(values.map((value) => (value.kind === 'missing' ? null : value.value)));
}

export function isDecided(state: SampleState): state is Decided {
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
