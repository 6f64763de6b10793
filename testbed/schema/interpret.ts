/** One choice of values, from the tree of the file to the model. */
import type { InputError } from '../../src/base/errors.ts';
import { explainIssues } from './issues.ts';
import { readKeyFiles } from './key-files.ts';
import type { Scenario } from './model.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { placeProblem, type Report } from './problem.ts';
import { mostProblems } from './problems.ts';
import { checkProgramFiles, type ProgramFiles } from './program-files.ts';
import { defaultSeed, resolveScenario } from './resolve-scenario.ts';
import { wholeSchema } from './scenario.ts';
import { type MapSource, toPlain } from './source.ts';
import { openTrace, type TraceFiles } from './trace-files.ts';
import { createTraceReader } from './trace-reader.ts';

/** Ends the search for more: nobody mends a hundred things before looking again. */
class Enough extends Error {
  override readonly name = 'Enough';
}

interface Interpretation {
  readonly scenario: Scenario | undefined;
  readonly problems: readonly InputError[];
}

export interface Sources {
  readonly root: MapSource;
  readonly traces: TraceFiles;
  readonly files: ProgramFiles;
}

export function interpret(
  { root, traces, files }: Sources,
  overrides: readonly Override[],
  seed: number | undefined,
): Interpretation {
  const chosen = applyOverrides(root, overrides);
  const plain = toPlain(chosen);
  const parsed = wholeSchema.safeParse(plain);
  if (!parsed.success) {
    const explained = explainIssues(parsed.error.issues.slice(0, mostProblems), plain);
    return {
      scenario: undefined,
      problems: explained.map((problem) => placeProblem(problem, chosen)),
    };
  }
  const problems: InputError[] = [];
  const report: Report = (problem) => {
    problems.push(placeProblem(problem, chosen));
    if (problems.length >= mostProblems) throw new Enough();
  };
  const from = seed ?? parsed.data.seed ?? defaultSeed;
  const readTrace = createTraceReader(from, (raw, merged) =>
    openTrace(raw, merged, chosen, traces, problems),
  );
  try {
    const scenario = resolveScenario(parsed.data, from, readTrace, report);
    // A path that is wrong in itself was said to be so.
    if (problems.length > 0) return { scenario, problems };
    checkProgramFiles(scenario.programs, files, report);
    const programs = readKeyFiles(scenario.programs, files, report);
    return { scenario: { ...scenario, programs }, problems };
  } catch (error) {
    if (error instanceof Enough) return { scenario: undefined, problems };
    throw error;
  }
}
