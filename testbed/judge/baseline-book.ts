/** What committed references say, handed in by whoever reads them. */

export interface BaselineKey {
  readonly caseId: string;
  readonly variant: string;
  /** `gap`, `download.goodput`. */
  readonly metric: string;
}

export interface ReferenceFigures {
  /** In the units of samples: nanoseconds, bytes, bits a second, plain. From the least to the greatest. */
  readonly sortedValues: readonly number[];
  /** Of the run that it was saved from. */
  readonly seed: number;
}

export type BaselineReference =
  | ({ readonly kind: 'reference' } & ReferenceFigures)
  /** Measured on another machine, and in real time: shown, not gated. */
  | ({ readonly kind: 'other-machine' } & ReferenceFigures)
  /** The scenario was changed since. */
  | { readonly kind: 'other-scenario' }
  | { readonly kind: 'none' };

/** For the scenario, the lab and the machine of the run. */
export interface BaselineBook {
  lookup(key: BaselineKey): BaselineReference;
}
