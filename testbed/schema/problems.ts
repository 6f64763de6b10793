/** All that is wrong with a file, in the order in which it stands there. */
import { InputError } from '../../src/base/errors.ts';

export class InputProblems extends InputError {
  readonly problems: readonly InputError[];

  constructor(problems: readonly [InputError, ...InputError[]]) {
    super(problems[0]);
    this.problems = problems;
  }
}

/** One error is itself all there is. */
export function problemsOf(error: InputError): readonly InputError[] {
  return error instanceof InputProblems ? error.problems : [error];
}
