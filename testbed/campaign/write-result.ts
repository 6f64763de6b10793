/** The one place where a result becomes files: of a run, and of shards that were merged. */
import { usualMarginRatio } from '../judge/way.ts';
import type { Gate } from '../report/gate.ts';
import { formatResultFiles } from '../report/result-files.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { betterOf } from '../schema/metric-table.ts';
import type { ExpectationModel, Scenario } from '../schema/model.ts';
import type { CaseHash, MetricFacts, Result, ResultRow } from '../schema/result.ts';
import { resolvedHash } from '../schema/scenario-hash.ts';
import { type RunFolder, writeWhole } from './folder.ts';

type Loaded = Pick<LoadedScenario, 'placeOf' | 'resolve'>;

export interface ResultContext {
  readonly loaded: Loaded;
  /** What `--gate` says; `junit.xml` is red where the exit code is. */
  readonly gate: Gate | undefined;
}

/** Adds what the file says of rows and metrics, writes everything, and returns what was written. */
export function writeResult(folder: RunFolder, judged: Result, context: ResultContext): Result {
  const { loaded } = context;
  const { run, ...figures } = judged;
  const result: Result = {
    ...figures,
    rows: judged.rows.map((row) => ({ ...row, line: lineOf(row, loaded) })),
    ...describeSamples(judged, loaded),
    run,
  };
  for (const { name, text } of formatResultFiles(result, context.gate)) {
    writeWhole(folder, name, text);
  }
  return result;
}

function lineOf({ expectation }: ResultRow, loaded: Loaded): number {
  return loaded.placeOf(['expect', expectation]).line;
}

function describeSamples({ samples }: Result, loaded: Loaded): Pick<Result, 'hashes' | 'metrics'> {
  const places = Map.groupBy(samples, (one) => JSON.stringify([one.case, one.variant]));
  const scenarios = [...places.values()].map(([one]) => loaded.resolve(one!.case, one!.variant));
  const hashes = [...places.values()].map(([one], at): CaseHash => {
    return { case: one!.case, variant: one!.variant, hash: resolvedHash(scenarios[at]!) };
  });
  const names = new Set(samples.flatMap((sample) => Object.keys(sample.metrics)));
  const [scenario] = scenarios;
  if (scenario === undefined) return { hashes };
  return { hashes, metrics: describeMetrics([...names], scenario) };
}

function describeMetrics(
  names: readonly string[],
  scenario: Scenario,
): Record<string, MetricFacts> {
  const expected = new Map(scenario.expectations.flatMap((one) => againstOf(one)));
  return Object.fromEntries(
    names.map((name) => {
      const held = expected.get(name);
      const better = held?.better ?? betterOf(name, scenario.measures);
      const marginRatio = held && (held.marginRatio ?? usualMarginRatio);
      return [name, { better, marginRatio }];
    }),
  );
}

function againstOf(expectation: ExpectationModel): [name: string, ExpectationModel][] {
  const { that, against } = expectation;
  return against === 'baseline' && that.kind === 'name' ? [[that.path.join('.'), expectation]] : [];
}
