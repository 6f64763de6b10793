/** The one place where a result becomes files: of a run, and of shards that were merged. */
import { usualMarginRatio } from '../judge/way.ts';
import { sketchTopology } from '../plan/sketch.ts';
import { formatResultFiles } from '../report/result-files.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { betterOf } from '../schema/metric-table.ts';
import type { ExpectationModel, Scenario } from '../schema/model.ts';
import type { CaseHash, MetricFacts, Result, ResultRow } from '../schema/result.ts';
import { resolvedHash } from '../schema/scenario-hash.ts';
import { type RunFolder, writeWhole } from './folder.ts';
import { mediansOf } from './reference-medians.ts';
import type { ReadReferences } from './references.ts';
import { type MaterialContext, readMaterial } from './report-material.ts';

type Loaded = Pick<LoadedScenario, 'placeOf' | 'resolve'>;

export interface ResultContext extends MaterialContext {
  readonly loaded: Loaded;
  readonly references: ReadReferences;
}

/** Adds what the file says of rows and metrics, writes everything, and returns what was written. */
export function writeResult(folder: RunFolder, judged: Result, context: ResultContext): Result {
  const { loaded } = context;
  const { run, ...figures } = judged;
  const result: Result = {
    ...figures,
    rows: judged.rows.map((row) => ({ ...row, line: lineOf(row, loaded) })),
    ...describeSamples(judged, context),
    run,
  };
  const material = readMaterial(folder.path, result, context);
  for (const { name, text } of formatResultFiles(material)) writeWhole(folder, name, text);
  return result;
}

function lineOf({ expectation }: ResultRow, loaded: Loaded): number {
  return loaded.placeOf(['expect', expectation]).line;
}

type Described = Pick<Result, 'hashes' | 'metrics' | 'sketch' | 'references'>;

function describeSamples(judged: Result, { loaded, references }: ResultContext): Described {
  const { samples } = judged;
  const places = Map.groupBy(samples, (one) => JSON.stringify([one.case, one.variant]));
  const scenarios = [...places.values()].map(([one]) => loaded.resolve(one!.case, one!.variant));
  const hashes = [...places.values()].map(([one], at): CaseHash => {
    return { case: one!.case, variant: one!.variant, hash: resolvedHash(scenarios[at]!) };
  });
  const names = new Set(samples.flatMap((sample) => Object.keys(sample.metrics)));
  const [scenario] = scenarios;
  if (scenario === undefined) return { hashes };
  return {
    hashes,
    metrics: describeMetrics([...names], scenario),
    sketch: sketchTopology(scenarios.map(({ topology }) => topology)),
    references: mediansOf(references, judged, hashes),
  };
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
