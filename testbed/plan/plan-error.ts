/** A topology or scenario that reads well and can't be planned. */
import { type ErrorParts, InputError } from '../../src/base/errors.ts';

/** Keys of the scenario's YAML, from the outside in: `['nodes', 'phone', 'address', 'wifi']`. */
export type InputPath = readonly (string | number)[];

/**
 * The plan knows no files: `path` says which entry of the YAML is meant, and the caller turns it into a
 * place with `LoadedScenario.placeOf`.
 */
export class PlanError extends InputError {
  readonly path: InputPath;

  constructor(path: InputPath, parts: ErrorParts) {
    super(parts);
    this.path = path;
  }
}
