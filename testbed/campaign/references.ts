/** The committed references that a scenario's expectations are held against. */
import type { Baseline } from '../baseline/baseline.ts';
import { openReferences } from '../baseline/lookup-reference.ts';
import type { BaselineBook } from '../judge/baseline-book.ts';
import type { JudgedCase } from '../judge/judgement.ts';
import type { Choice } from '../schema/loaded.ts';
import { resolvedHash } from '../schema/scenario-hash.ts';

/** Reads what is committed for the scenario; undefined: nothing is. */
export type ReadReferences = () => Baseline | undefined;

/** A scenario that holds nothing against references does not read them: they may be broken. */
export function openBook(
  read: ReadReferences,
  cases: readonly JudgedCase[],
  { lab, fingerprint }: { readonly lab: string; readonly fingerprint: string },
): BaselineBook | undefined {
  const isHeld = cases.some(({ scenario }) =>
    scenario.expectations.some(({ against }) => against === 'baseline'),
  );
  if (!isHeld) return undefined;
  const scenarios = new Map(cases.map((one) => [nameOf(one), one.scenario]));
  return openReferences(read(), {
    ...{ lab, fingerprint },
    hashOf: (place) => {
      const scenario = scenarios.get(nameOf(place));
      return scenario === undefined ? undefined : resolvedHash(scenario);
    },
  });
}

function nameOf({ caseId, variant }: Choice): string {
  return JSON.stringify([caseId, variant]);
}
