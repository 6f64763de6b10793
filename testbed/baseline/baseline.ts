/**
 * `reports/baselines/<scenario>.json`: committed figures that later runs are held against. In `sim`
 * the machine does not matter: virtual time gives the same bytes everywhere.
 */
import type { QuantityDimension } from '../schema/metric-table.ts';

export const baselineVersion = 1;

export interface Baseline {
  readonly version: typeof baselineVersion;
  readonly scenario: string;
  /** The scenario's file as it was named when this was saved. */
  readonly file: string;
  /** What each fingerprint stands for. */
  readonly machines: Readonly<Record<string, string>>;
  /** By case, variant, lab, machine: one each. */
  readonly references: readonly CaseReference[];
}

/** Where figures are of. */
export interface Place {
  readonly caseId: string;
  readonly variant: string;
}

/** What one case of one variant came to in one lab on one machine. */
export interface CaseReference {
  readonly case: string;
  readonly variant: string;
  readonly lab: string;
  /** A fingerprint, or `any`. */
  readonly machine: string;
  /** What the scenario meant (`resolvedHash`). */
  readonly hash: string;
  readonly seed: number;
  /** How many samples there were. */
  readonly samples: number;
  /** Of Ropewalk. */
  readonly version: string;
  /** The day on which it was saved. */
  readonly date: string;
  readonly metrics: Readonly<Record<string, Figures>>;
}

export interface Figures {
  readonly dimension: QuantityDimension;
  /** In how many samples it had no value. */
  readonly missing: number;
  /** Of the others, least first. */
  readonly values: readonly number[];
}

export const anyMachine = 'any';

/** Which machine a reference of a lab belongs to. */
export function machineIn(lab: string, fingerprint: string): string {
  return lab === 'sim' ? anyMachine : fingerprint;
}

const order = ['case', 'variant', 'lab', 'machine'] as const;

/** By code units, not by a locale: the same on every machine. */
export function compareReferences(a: CaseReference, b: CaseReference): number {
  const differs = order.find((key) => a[key] !== b[key]);
  if (differs === undefined) return 0;
  return a[differs] < b[differs] ? -1 : 1;
}
