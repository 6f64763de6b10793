/** What a committed reference says of one metric: `against: baseline` is judged by it. */
import type { QuantityDimension } from './metric-table.ts';

/** One metric in one case of one variant of the scenario, lab and machine at hand. */
export interface ReferenceKey {
  readonly case: string;
  readonly variant: string;
  /** As in `SampleResult.metrics`: `gap`, `download.goodput`. */
  readonly metric: string;
}

export interface Reference {
  /** Of all samples in which it had one, least first. */
  readonly values: readonly number[];
  /** How many samples had none. */
  readonly missing: number;
  readonly dimension: QuantityDimension;
  readonly seed: number;
  /** Of Ropewalk. */
  readonly version: string;
  /** The day on which it was saved. */
  readonly date: string;
}

export type FoundReference =
  | { readonly kind: 'found'; readonly reference: Reference }
  | { readonly kind: 'none' }
  /** The YAML (or a trace, or the seed) changed since: nothing can be compared. */
  | { readonly kind: 'other-scenario'; readonly reference: Reference }
  /** Shown and never gated; `machine` says which one. */
  | { readonly kind: 'other-machine'; readonly reference: Reference; readonly machine: string };

export type LookupReference = (key: ReferenceKey) => FoundReference;

export const noReferences: LookupReference = () => ({ kind: 'none' });
