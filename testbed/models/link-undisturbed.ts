/**
 * The short way of a frame that meets nothing: a line of fixed rate and delay, without chance, and nobody
 * ahead of the frame or behind it. Whoever comes meanwhile, or changes the link, finds the frame on the
 * transmitter, from where the long way leads on. Hot, so the numbers are read where they stand.
 */
import type { Frame } from '../../src/base/frame.ts';
import { never, nsPerSecond } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { linkNumber } from './link-slab.ts';
import { ethernetHeaderBytes, isEmpty, type LinkDirection } from './link-state.ts';

/** Nothing in the settings does anything to a frame but let it wait. */
export function canPassUndisturbed(settings: DirectionSettings): boolean {
  const { rateBps, jitterNs, loss, duplicateRatio, corruptRatio, reorder, queue, trace } = settings;
  const paced = rateBps > 0 && rateBps < never && trace === undefined;
  const even = jitterNs === 0 && loss.model === 'none' && reorder.ratio === 0;
  const faithful = duplicateRatio === 0 && corruptRatio === 0;
  return settings.up && paced && even && faithful && queue.discipline.kind === 'drop-tail';
}

/** False: something is in the way, and nothing was changed. */
export function offerUndisturbed(link: LinkDirection, nowNs: number, frame: Frame): boolean {
  if (!link.isPlain || link.current !== undefined || !isAlone(link)) return false;
  const { rateBps, delayNs, mtuBytes } = link.settings;
  if (frame.length - ethernetHeaderBytes > mtuBytes) return false;
  const { numbers, row } = link;
  const bits = frame.length * 8;
  const bitNs = bits * nsPerSecond;
  const sendingNs = Math.ceil(bitNs / rateBps);
  const serviceNs = nowNs + sendingNs;
  link.current = frame;
  numbers[row + linkNumber.remainingBits] = bits;
  numbers[row + linkNumber.sinceNs] = nowNs;
  numbers[row + linkNumber.creditBitNs] = sendingNs * rateBps - bitNs;
  numbers[row + linkNumber.serviceNs] = serviceNs;
  numbers[row + linkNumber.deadlineNs] = serviceNs + delayNs;
  return true;
}

/** The frame that is alone on its way and arrives now; undefined: something is in the way. */
export function takeUndisturbed(link: LinkDirection, nowNs: number): Frame | undefined {
  const { current, numbers, row } = link;
  if (!link.isPlain || current === undefined || !isAlone(link)) return undefined;
  const dueNs = numbers[row + linkNumber.serviceNs]! + link.settings.delayNs;
  if (dueNs > nowNs || dueNs < numbers[row + linkNumber.lastDueNs]!) return undefined;
  link.current = undefined;
  numbers[row + linkNumber.serviceNs] = never;
  numbers[row + linkNumber.deadlineNs] = never;
  numbers[row + linkNumber.lastDueNs] = dueNs;
  numbers[row + linkNumber.enteredFrames]! += 1;
  return current;
}

/** Who is on the transmitter, or comes to it, meets no other frame in here. */
function isAlone({ wire, queue, held }: LinkDirection): boolean {
  return isEmpty(wire) && isEmpty(queue) && isEmpty(held);
}
