/** What is wrong with a value, before its place in the file is looked up. */
import { InputError } from '../../src/base/errors.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Span } from './expression.ts';
import type { SourcePath } from './loaded.ts';
import { type Aim, locate } from './locate.ts';
import { formatPath } from './quote.ts';
import { placeAt, type Source } from './source.ts';

export interface Problem {
  readonly code: ErrorCode;
  readonly path: SourcePath;
  /** The value if not given. */
  readonly aim?: Aim | undefined;
  /** The part of the value that is meant. */
  readonly span?: Span | undefined;
  /** The path that the message begins with, where that is not `path`. */
  readonly about?: SourcePath | undefined;
  /** What goes on after it: `links.lte.delay: "30" has no unit`, `links.lte is missing`. */
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Where the steps of reading put what they find. */
export type Report = (problem: Problem) => void;

export function placeProblem(problem: Problem, root: Source): InputError {
  const { code, path, aim = 'value', span, message, hint } = problem;
  const where = formatPath(problem.about ?? path);
  return new InputError({
    code,
    message: where === '' ? message : `${where}${/^(is|has) /.test(message) ? '' : ':'} ${message}`,
    hint,
    place: placeAt(locate(root, path, aim, span)),
  });
}
