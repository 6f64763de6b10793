/** All that is wrong with a file, in the order in which it stands there. */
import { InputError } from '../../src/base/errors.ts';
import type { SourceFile } from './loaded.ts';

/** More are not looked for, or not shown. */
export const mostProblems = 100;

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

/** In the order of the files and of their lines, each once. */
export function problemsIn(
  files: readonly SourceFile[],
  problems: readonly InputError[],
): InputProblems {
  const order = new Map(files.map(({ path }, at) => [path, at]));
  const rank = ({ place }: InputError) => [
    order.get(place?.file ?? '') ?? files.length,
    place?.line ?? 0,
    place?.column ?? 0,
  ];
  const unique = new Map(problems.map((problem) => [identityOf(problem), problem]));
  const sorted = [...unique.values()].toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at === -1 ? 0 : left[at]! - right[at]!;
  });
  const shown = sorted.slice(0, mostProblems);
  if (sorted.length >= mostProblems) shown.push(moreProblems());
  return new InputProblems(shown as [InputError, ...InputError[]]);
}

function moreProblems(): InputError {
  const message = `there are more than ${mostProblems - 1} problems`;
  return new InputError({ code: 'too-many-problems', message, hint: 'mend these first' });
}

function identityOf({ place, code, message }: InputError): string {
  return JSON.stringify([place?.file, place?.line, place?.column, code, message]);
}
