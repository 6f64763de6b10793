/** A scenario file that was read and found without fault, before a case and a variant are chosen. */
import type { SourcePlace } from '../../src/base/errors.ts';
import type { Span } from './expression.ts';
import type { PlannedLooks, RunEngine, Scenario } from './model.ts';

/** What stands in a file: map keys, and positions in a list. */
export type SourcePath = readonly (string | number)[];

/** One point of the matrix, or one of `cases:`. */
export interface CaseModel {
  /** Typable on a command line: `links.lte.delay=60ms`, a name of `cases:`, or `default`. */
  readonly id: string;
}

export interface Choice {
  readonly caseId: string;
  readonly variant: string;
}

export interface LoadedScenario {
  readonly file: string;
  readonly name: string;
  readonly about: string;
  readonly seed: number;
  /** Samples at the first look. */
  readonly repeat: number;
  readonly looks: PlannedLooks;
  readonly cases: readonly CaseModel[];
  /** `['default']` where the file names none. */
  readonly variants: readonly string[];
  /** The run's choice for all links that are not direct. */
  readonly engine?: RunEngine;
  /** Throws an `InputError` for an unknown case or variant, or a case that makes no sense. */
  resolve(caseId: string, variant: string, seed?: number): Scenario;
  /** Where a path of the file stands, or the nearest thing around it; `span` is within that text. */
  placeOf(path: SourcePath, span?: Span, choice?: Choice): SourcePlace;
  /** The scenario, its topology, its traces. */
  readonly files: readonly SourceFile[];
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Throws what `readFileSync` throws. */
export type ReadText = (path: string) => string | Uint8Array;
