/** What equal runs of a result seem to differ by: no margin is smaller. */
import type { Result, SampleResult } from '../schema/result.ts';
import { distancesBetween, floorOfDistances, mostFloorRatio } from '../statistics/noise-floor.ts';

/**
 * A ratio, as the judge found it or, where it judged no such row, from the samples themselves.
 * Undefined: they are too few, or too far apart, to tell. Figures without a ratio have no floor.
 */
export function noiseFloorOf(
  metric: string,
  samples: readonly SampleResult[],
  { rows }: Pick<Result, 'rows'>,
): number | undefined {
  const { case: caseId, variant } = samples[0]!;
  const names = [metric, `${variant}.${metric}`];
  const judged = rows.find(
    (row) => row.case === caseId && row.variant === variant && names.includes(row.text),
  );
  const found = judged?.margin?.noiseFloorRatio ?? measure(metric, samples);
  return found !== undefined && found <= mostFloorRatio ? found : undefined;
}

function measure(metric: string, samples: readonly SampleResult[]): number | undefined {
  const inOrder = samples.toSorted((a, b) => a.sample - b.sample);
  const values = inOrder.flatMap(({ metrics }) => {
    const one = metrics[metric];
    return one?.kind === 'value' ? [one.value] : [];
  });
  if (!values.every((value) => value > 0)) return 0;
  return floorOfDistances([distancesBetween(values)], 1);
}
