/** What a link does, in words: `50 Mbit/s, 10 ms one way, 20 ms there and back, queue 20 packets`. */
import { formatDuration, formatRate, formatRatio, formatSize } from '../../src/base/units.ts';
import type {
  DirectionSettings,
  LossSettings,
  QueueSettings,
  TraceSettings,
} from '../schema/link-settings.ts';
import type { LinkModel } from '../schema/model.ts';
import { meanDelayNs } from './link-figures.ts';

const usualMtuBytes = 1_500;

/** One line, or one for each direction where they differ. */
export function linkTexts(link: LinkModel): string[] {
  const [a, b] = link.between;
  const [toA, toB] = [link.toward[a]!, link.toward[b]!];
  const bothNs = meanDelayNs(toA) + meanDelayNs(toB);
  const roundTrip = bothNs === 0 ? 'no delay' : `${formatDuration(bothNs)} there and back`;
  const engine = link.engine === 'model' ? '' : `, engine ${link.engine}`;
  const notes = link.notes.length === 0 ? '' : ` (not asked for: ${link.notes.join('; ')})`;
  const head = `${link.name}: ${a} – ${b}`;
  const [there, back] = [directionParts(toB, roundTrip), directionParts(toA, roundTrip)];
  if (there.join() === back.join()) return [`${head}, ${there.join(', ')}${engine}${notes}`];
  return [
    `${head}, ${roundTrip}${engine}${notes}`,
    `  toward ${b}: ${directionParts(toB).join(', ')}`,
    `  toward ${a}: ${directionParts(toA).join(', ')}`,
  ];
}

function directionParts(settings: DirectionSettings, roundTrip?: string): string[] {
  const delayNs = meanDelayNs(settings);
  const oneWay = delayNs === 0 ? [] : [`${formatDuration(delayNs)} one way`];
  const back = roundTrip === undefined ? [] : [roundTrip];
  return [
    rateText(settings),
    ...oneWay,
    ...back,
    ...impairmentTexts(settings),
    `queue ${queueText(settings.queue)}`,
    ...(settings.mtuBytes === usualMtuBytes ? [] : [`MTU ${settings.mtuBytes}`]),
    ...(settings.up ? [] : ['down']),
  ];
}

function rateText({ rateBps, trace }: DirectionSettings): string {
  if (trace === undefined) return rateBps === Infinity ? 'unlimited rate' : formatRate(rateBps);
  return traceText(trace);
}

function traceText(trace: TraceSettings): string {
  const periodNs = trace.kind === 'mahimahi' ? trace.opportunitiesNs.at(-1)! : trace.periodNs;
  return `rate by a ${trace.kind} trace of ${formatDuration(periodNs)}${trace.loop ? ', looped' : ''}`;
}

function impairmentTexts(settings: DirectionSettings): string[] {
  const { jitterNs, loss, duplicateRatio, corruptRatio, reorder } = settings;
  const ratios: readonly (readonly [number, string])[] = [
    [duplicateRatio, 'duplicated'],
    [corruptRatio, 'corrupted'],
  ];
  return [
    ...(jitterNs > 0 ? [`jitter ${formatDuration(jitterNs)}`] : []),
    ...(loss.model === 'none' ? [] : [lossText(loss)]),
    ...ratios
      .filter(([ratio]) => ratio > 0)
      .map(([ratio, what]) => `${formatRatio(ratio)} ${what}`),
    ...(reorder.ratio > 0
      ? [`${formatRatio(reorder.ratio)} held back ${formatDuration(reorder.holdNs)}`]
      : []),
  ];
}

export function lossText(loss: LossSettings): string {
  switch (loss.model) {
    case 'none':
      return 'no loss';
    case 'independent':
      return `${formatRatio(loss.ratio)} lost`;
    case 'gilbert-elliott': {
      const { goodToBadRatio, badToGoodRatio, lossInGoodRatio, lossInBadRatio } = loss;
      const turns = `bursts (${formatRatio(goodToBadRatio)} in, ${formatRatio(badToGoodRatio)} out)`;
      return `${formatRatio(lossInBadRatio)} lost in ${turns}, ${formatRatio(lossInGoodRatio)} between`;
    }
    case 'list':
      return `frames ${loss.frames.join(', ')} lost`;
  }
}

export function queueText({ limitFrames, limitBytes, discipline }: QueueSettings): string {
  const limit =
    limitFrames !== Infinity
      ? `${limitFrames} packets`
      : limitBytes === Infinity
        ? 'unlimited'
        : formatSize(limitBytes);
  return discipline.kind === 'codel' ? `${limit} under CoDel` : limit;
}
