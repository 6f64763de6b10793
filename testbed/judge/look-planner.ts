/** What each look takes, reckoned once: many expectations in many cases look at the same counts. */
import type { Looks, Quantifier } from '../schema/model.ts';
import { type PlannedLook, planLooks } from '../statistics/planned-looks.ts';

export type LookPlanner = (
  quantifier: Quantifier,
  looks: Looks,
  confidence: number,
) => readonly PlannedLook[];

export function createLookPlanner(): LookPlanner {
  const plans = new Map<string, readonly PlannedLook[]>();
  return (quantifier, looks, confidence) => {
    const key = JSON.stringify([quantifier, looks.first, looks.most, confidence]);
    const plan = plans.get(key) ?? planLooks(quantifier, countsOf(looks), confidence);
    plans.set(key, plan);
    return plan;
  };
}

/** The counts at which it is looked: one, where the second would see nothing new. */
export function countsOf({ first, most }: Looks): number[] {
  return most > first ? [first, most] : [first];
}
