/** Every picture of a report. */
import type { Drawing } from './drawing.ts';
import { drawExchange } from './exchange.ts';
import { drawMetrics } from './page.ts';
import { nameSample, type ReportMaterial, samplesToShow } from './report-material.ts';
import { drawTimeline } from './timeline.ts';
import { drawTopology } from './topology.ts';

export function drawAll({ result, stories }: ReportMaterial): Drawing[] {
  const runs = samplesToShow(result).flatMap((sample) => {
    const story = stories.get(sample.records);
    if (story === undefined) return [];
    const name = nameSample(sample);
    return [
      drawTimeline({ name, story }),
      ...(story.exchange ? [drawExchange(name, story.exchange)] : []),
    ];
  });
  return [...drawMetrics(result), ...runs, ...(result.sketch ? [drawTopology(result.sketch)] : [])];
}
