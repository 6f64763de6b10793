/** A scenario file to what it means, or to everything that is wrong with it. */
import { buildCases, buildVariants, type Case } from './cases.ts';
import { compose } from './compose.ts';
import { describeLoaded } from './describe-loaded.ts';
import { interpret, type Sources } from './interpret.ts';
import type { LoadedScenario, ReadText } from './loaded.ts';
import type { Scenario } from './model.ts';
import { placeProblem, type Report } from './problem.ts';
import { mostProblems, problemsIn } from './problems.ts';

export function loadScenario(path: string, readText: ReadText): LoadedScenario {
  const composed = compose(path, readText);
  const { root, files } = composed;
  if (root === undefined) throw problemsIn(files, composed.problems);
  const problems = [...composed.problems];
  const note: Report = (problem) => problems.push(placeProblem(problem, root));
  const sources: Sources = {
    root,
    traces: { readText, opened: new Map() },
    files: { file: path, readText, known: new Map() },
  };
  const cases = buildCases(root, note);
  const variants = buildVariants(root, note);
  let scenario: Scenario | undefined;
  for (const overrides of choices(cases, variants)) {
    const read = interpret(sources, overrides, undefined);
    problems.push(...read.problems);
    scenario ??= read.scenario;
    if (problems.length >= mostProblems) break;
  }
  if (problems.length > 0 || scenario === undefined) throw problemsIn(files, problems);
  return describeLoaded({ files, sources, scenario, cases, variants });
}

/** The file as it stands, and each override alone: their product could be very large. */
function* choices(cases: readonly Case[], variants: readonly Case[]): Generator<Case['overrides']> {
  yield [];
  const seen = new Set<unknown>();
  for (const { overrides } of cases) {
    const fresh = overrides.filter((override) => !seen.has(override.value));
    for (const override of fresh) seen.add(override.value);
    if (fresh.length > 0) yield overrides;
  }
  for (const { overrides } of variants) if (overrides.length > 0) yield overrides;
}
