/** Every picture of a report. */
import type { Drawing } from './drawing.ts';
import { drawExchange } from './exchange.ts';
import { drawHeat } from './heat-drawing.ts';
import { labsMap } from './labs.ts';
import { matricesOf } from './matrix.ts';
import { drawMetrics } from './page.ts';
import { nameSample, type ReportMaterial, samplesToShow } from './report-material.ts';
import { drawTimeline } from './timeline.ts';
import { drawTopology } from './topology.ts';

/** Each with an id of its own, fit for the name of a file. */
export function drawAll(material: ReportMaterial): Drawing[] {
  const { result, stories } = material;
  const runs = samplesToShow(result).flatMap((sample) => {
    const story = stories.get(sample.records);
    if (story === undefined) return [];
    const name = nameSample(sample);
    return [
      drawTimeline({ name, story }),
      ...(story.exchange ? [drawExchange(name, story.exchange)] : []),
    ];
  });
  const labs = labsMap(material);
  return nameApart([
    ...drawMetrics(result),
    ...[...matricesOf(result), ...(labs ? [labs] : [])].map(drawHeat),
    ...runs,
    ...(result.sketch ? [drawTopology(result.sketch)] : []),
  ]);
}

/** Of 255 bytes that a file's name may have. */
const longestId = 200;

/** `loss=1%` and `loss=-1%` have one id: the second gets a number, so that no file is written twice. */
function nameApart(drawings: readonly Drawing[]): Drawing[] {
  const seen = new Map<string, number>();
  return drawings.map((drawing) => {
    const id = drawing.id.slice(0, longestId);
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return { ...drawing, id: count === 1 ? id : `${id}--${count}` };
  });
}
