/** One seed of the proof that membership is entitlement and wish: a town's whole life, each moment looked at. */
import { Town, type TownPlan } from './testing-town.ts';

export const bigTown: TownPlan = {
  mode: 'mac-based',
  subscribers: 10_000,
  groups: 200,
  steps: 60_000,
};

/** Throws at the first moment that is wrong. */
export function proveTown(seed: number, plan: TownPlan): { readonly members: number } {
  const town = new Town(seed, plan);
  for (let step = 0; step < plan.steps; step++) town.step();
  town.settle();
  const given = town.given();
  if (given.join('\n') !== town.due().join('\n'))
    throw new Error('in the end it is not what is due');
  return { members: given.length };
}
