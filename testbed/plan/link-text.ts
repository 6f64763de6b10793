/** What a link does, in words: `50 Mbit/s, 10 ms one way, 20 ms there and back, queue 20 packets`. */
import { never } from '../../src/base/time.ts';
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
  const head = `${link.name}: ${a} – ${b}`;
  const there = directionParts(toB, notesToward(link, b), roundTrip).join(', ');
  const back = directionParts(toA, notesToward(link, a), roundTrip).join(', ');
  if (there === back) return [`${head}, ${there}${engine}`];
  return [
    `${head}, ${roundTrip}${engine}`,
    `  toward ${b}: ${directionParts(toB, notesToward(link, b)).join(', ')}`,
    `  toward ${a}: ${directionParts(toA, notesToward(link, a)).join(', ')}`,
  ];
}

/** Of one direction, as it is set: `50 Mbit/s, 10 ms one way, queue 20 packets`. */
export function directionText(settings: DirectionSettings): string {
  return directionParts(settings, new Map()).join(', ');
}

/** `queue: 125 kB, 1 bdp (default)` of both directions, `toward phone: queue: …` of one. */
function notesToward(link: LinkModel, node: string): Map<string, string> {
  const key = node.replace(/\[\d+\]$/, '');
  const found = link.notes.map((note) => /^(?:toward (.+?): )?(\w+): (.*)$/.exec(note));
  const here = found.filter((match) => match && (match[1] ?? key) === key);
  return new Map(here.map((match) => [match![2]!, match![3]!]));
}

function directionParts(
  settings: DirectionSettings,
  notes: ReadonlyMap<string, string>,
  roundTrip?: string,
): string[] {
  const delayNs = meanDelayNs(settings);
  const oneWay = delayNs === 0 ? [] : [`${formatDuration(delayNs)} one way`];
  const back = roundTrip === undefined ? [] : [roundTrip];
  return [
    rateText(settings, notes.get('rate')),
    ...oneWay,
    ...back,
    ...impairmentTexts(settings),
    `queue ${notes.get('queue') ?? queueText(settings.queue)}`,
    ...(settings.mtuBytes === usualMtuBytes ? [] : [`MTU ${settings.mtuBytes}`]),
    ...(settings.up ? [] : ['down']),
  ];
}

function rateText({ rateBps, trace }: DirectionSettings, note: string | undefined): string {
  if (trace !== undefined) return traceText(trace);
  return rateBps === never ? `rate ${note ?? 'unlimited'}` : formatRate(rateBps);
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
    limitFrames !== never
      ? `${limitFrames} packets`
      : limitBytes === never
        ? 'unlimited'
        : formatSize(limitBytes);
  return discipline.kind === 'codel' ? `${limit} under CoDel` : limit;
}
