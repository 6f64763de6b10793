/** Where in a file something stands; lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line itself, for the caret. */
  readonly text: string;
  /** How many characters the caret underlines. */
  readonly width: number;
}

export interface ErrorParts {
  /** Stable and documented in docs/errors.md. */
  readonly code: string;
  /** What failed, with its values. */
  readonly message: string;
  /** The next thing to type, or to look at. */
  readonly hint?: string | undefined;
  readonly place?: SourcePlace | undefined;
  readonly cause?: unknown;
}

/** What every error of Ropewalk has; what a network does is a value and never one of these. */
export class RopewalkError extends Error {
  override readonly name: string = 'RopewalkError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly place: SourcePlace | undefined;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.hint = parts.hint;
    this.place = parts.place;
  }
}

/** A wrong command line or file: exit 2, nothing started. */
export class InputError extends RopewalkError {
  override readonly name = 'InputError';
}

/** This lab or this machine lacks something: exit 5, with how to get it in the hint. */
export class UnsupportedError extends RopewalkError {
  override readonly name = 'UnsupportedError';
}

/** A promise of our own code does not hold: exit 70. */
export class FaultError extends RopewalkError {
  override readonly name = 'FaultError';
}
