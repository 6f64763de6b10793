/** A queueing discipline in the words of tc(8). */
import { formatDuration } from '../../src/base/units.ts';
import type { RigDiscipline, RigQdisc } from './rig-shaping.ts';

export function qdiscText({ parent, handle, discipline }: RigQdisc): string {
  const place = parent === 'root' ? 'root' : `parent ${parent}`;
  return `${place} handle ${handle} ${disciplineText(discipline)}`;
}

function disciplineText(discipline: RigDiscipline): string {
  switch (discipline.kind) {
    case 'pfifo':
      return `pfifo limit ${discipline.limitFrames}`;
    case 'tbf': {
      const { rateBps, burstBytes, limitBytes } = discipline;
      return `tbf rate ${rateBps}bit burst ${burstBytes}b limit ${limitBytes}b`;
    }
    case 'netem':
      return netemText(discipline);
  }
}

function netemText(netem: Extract<RigDiscipline, { kind: 'netem' }>): string {
  const { delayNs, jitterNs, duplicateRatio, corruptRatio, keepsOrder, limitFrames } = netem;
  const jitter = jitterNs > 0 ? ` ${timeText(jitterNs)}` : '';
  return [
    `netem limit ${limitFrames} delay ${timeText(delayNs)}${jitter}`,
    ...lossText(netem.loss),
    ...(duplicateRatio > 0 ? [`duplicate ${percentText(duplicateRatio)}`] : []),
    ...(corruptRatio > 0 ? [`corrupt ${percentText(corruptRatio)}`] : []),
    ...(keepsOrder ? ['rate 1000gbit'] : []),
  ].join(' ');
}

function lossText(loss: Extract<RigDiscipline, { kind: 'netem' }>['loss']): string[] {
  switch (loss.model) {
    case 'none':
      return [];
    case 'independent':
      return [`loss ${percentText(loss.ratio)}`];
    case 'gilbert-elliott': {
      const { goodToBadRatio, badToGoodRatio, lossInBadRatio, lossInGoodRatio } = loss;
      const ratios = [goodToBadRatio, badToGoodRatio, lossInBadRatio, lossInGoodRatio];
      return [`loss gemodel ${ratios.map(percentText).join(' ')}`];
    }
  }
}

function timeText(ns: number): string {
  return formatDuration(ns).replaceAll(' ', '');
}

function percentText(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(9))}%`;
}
