/** What the committed references say of the scenario, lab and machine at hand: the judge's `BaselineBook`. */
import {
  type Baseline,
  type CaseReference,
  type Figures,
  machineIn,
  type Place,
} from './baseline.ts';

/** One metric in one case of one variant. */
export interface ReferenceKey extends Place {
  /** As in `SampleResult.metrics`: `gap`, `download.goodput`. */
  readonly metric: string;
}

export interface Reference extends Pick<Figures, 'dimension' | 'missing'> {
  /** From the least to the greatest. */
  readonly sortedValues: readonly number[];
  readonly seed: number;
  /** How many samples the run had. */
  readonly samples: number;
  readonly version: string;
  readonly date: string;
}

export type FoundReference =
  | ({ readonly kind: 'reference' } & Reference)
  /** Measured on another machine, and in real time: shown, not gated. */
  | ({ readonly kind: 'other-machine'; readonly machine: string } & Reference)
  /** The scenario means something else now. */
  | ({ readonly kind: 'other-scenario' } & Reference)
  | { readonly kind: 'none' };

export interface ReferenceBook {
  lookup(key: ReferenceKey): FoundReference;
}

export interface Here {
  readonly lab: string;
  readonly fingerprint: string;
  /** What the scenario means now, in one case of one variant. */
  readonly hashOf: (place: Place) => string | undefined;
}

export function openReferences(baseline: Baseline | undefined, here: Here): ReferenceBook {
  const places = Map.groupBy(baseline?.references ?? [], (one) =>
    nameOf({ caseId: one.case, variant: one.variant }, one.lab),
  );
  return {
    lookup: (key) => {
      const saved = places.get(nameOf(key, here.lab)) ?? [];
      return find(saved, key, { ...here, machines: baseline?.machines ?? {} });
    },
  };
}

function nameOf({ caseId, variant }: Place, lab: string): string {
  return JSON.stringify([caseId, variant, lab]);
}

/** Of this machine if there is one; of another one if that is of the same scenario. */
function find(
  saved: readonly CaseReference[],
  key: ReferenceKey,
  { lab, fingerprint, hashOf, machines }: Here & Pick<Baseline, 'machines'>,
): FoundReference {
  const hash = hashOf(key);
  const own = saved.find(({ machine }) => machine === machineIn(lab, fingerprint));
  const same = saved.filter((one) => one.hash === hash);
  const chosen = own ?? same[0] ?? saved[0];
  const reference = chosen === undefined ? undefined : referenceOf(chosen, key.metric);
  if (chosen === undefined || reference === undefined) return { kind: 'none' };
  if (!same.includes(chosen)) return { kind: 'other-scenario', ...reference };
  if (chosen === own) return { kind: 'reference', ...reference };
  return {
    kind: 'other-machine',
    machine: machines[chosen.machine] ?? chosen.machine,
    ...reference,
  };
}

function referenceOf(from: CaseReference, metric: string): Reference | undefined {
  const figures = Object.hasOwn(from.metrics, metric) ? from.metrics[metric] : undefined;
  if (figures === undefined) return undefined;
  const { dimension, missing, values: sortedValues } = figures;
  const { seed, samples, version, date } = from;
  return { dimension, missing, sortedValues, seed, samples, version, date };
}
