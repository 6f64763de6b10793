/** The one place where a result becomes files: of a run, and of shards that were merged. */
import type { Gate } from '../report/gate.ts';
import { formatResultFiles } from '../report/result-files.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import type { Result, ResultRow } from '../schema/result.ts';
import { type RunFolder, writeWhole } from './folder.ts';

export interface ResultContext {
  readonly loaded: Pick<LoadedScenario, 'placeOf'>;
  /** What `--gate` says; `junit.xml` is red where the exit code is. */
  readonly gate: Gate | undefined;
}

/** Gives each row its line in the file, writes everything, and returns what was written. */
export function writeResult(folder: RunFolder, judged: Result, context: ResultContext): Result {
  const rows = judged.rows.map((row) => ({ ...row, line: lineOf(row, context) }));
  const result = { ...judged, rows };
  for (const { name, text } of formatResultFiles(result, context.gate)) {
    writeWhole(folder, name, text);
  }
  return result;
}

function lineOf({ expectation }: ResultRow, { loaded }: ResultContext): number {
  return loaded.placeOf(['expect', expectation]).line;
}
