/**
 * The short way of a frame for which nobody waits and that waits for nobody: a line of fixed rate and
 * delay, without chance. Who comes meanwhile, or changes the link, finds all as the long way leaves it.
 * Hot, so the numbers are read where they stand.
 */
import type { Frame } from '../../src/base/frame.ts';
import { never, nsPerSecond } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { createLine, firstTimeNs, pushFrame, shiftFrame } from './link-line.ts';
import { linkNumber } from './link-slab.ts';
import { ethernetHeaderBytes, isEmpty, type LinkDirection } from './link-state.ts';

/** Nothing in the settings does anything to a frame but let it wait. */
export function isPlain(settings: DirectionSettings): boolean {
  const { rateBps, jitterNs, loss, duplicateRatio, corruptRatio, reorder, queue, trace } = settings;
  const paced = rateBps > 0 && rateBps < never && trace === undefined;
  const even = jitterNs === 0 && loss.model === 'none' && reorder.ratio === 0;
  const faithful = duplicateRatio === 0 && corruptRatio === 0;
  return settings.up && paced && even && faithful && queue.discipline.kind === 'drop-tail';
}

/** False: it has to wait, or something else is in the way, and nothing was changed. */
export function offerPlainly(link: LinkDirection, nowNs: number, frame: Frame): boolean {
  if (!link.isPlain || !isEmpty(link.queue) || !isEmpty(link.held)) return false;
  const { current, numbers, row } = link;
  const { rateBps, delayNs, mtuBytes } = link.settings;
  if (frame.length - ethernetHeaderBytes > mtuBytes) return false;
  if (current !== undefined) {
    if (numbers[row + linkNumber.serviceNs]! > nowNs) return false;
    putOnWire(link, current, enterPlainly(link));
  }
  const bits = frame.length * 8;
  const bitNs = bits * nsPerSecond;
  const sendingNs = Math.ceil(bitNs / rateBps);
  const serviceNs = nowNs + sendingNs;
  link.current = frame;
  numbers[row + linkNumber.remainingBits] = bits;
  numbers[row + linkNumber.sinceNs] = nowNs;
  numbers[row + linkNumber.creditBitNs] = sendingNs * rateBps - bitNs;
  numbers[row + linkNumber.serviceNs] = serviceNs;
  const wireDueNs = numbers[row + linkNumber.wireDueNs]!;
  numbers[row + linkNumber.deadlineNs] = Math.min(wireDueNs, serviceNs + delayNs);
  return true;
}

/** The next frame that has arrived; undefined: none has, or something is in the way. */
export function takePlainly(link: LinkDirection, nowNs: number): Frame | undefined {
  if (!link.isPlain || !isEmpty(link.queue) || !isEmpty(link.held)) return undefined;
  const { numbers, row } = link;
  if (numbers[row + linkNumber.wireDueNs] === never) return takeAlone(link, nowNs);
  if (numbers[row + linkNumber.wireDueNs]! > nowNs) return undefined;
  const frame = shiftFrame(link.wire!);
  const wireDueNs = firstTimeNs(link.wire!);
  const currentNs = numbers[row + linkNumber.serviceNs]! + link.settings.delayNs;
  numbers[row + linkNumber.wireDueNs] = wireDueNs;
  numbers[row + linkNumber.deadlineNs] = Math.min(wireDueNs, currentNs);
  return frame;
}

/** Straight from the transmitter: it never stood in a line. */
function takeAlone(link: LinkDirection, nowNs: number): Frame | undefined {
  const { current, numbers, row } = link;
  if (numbers[row + linkNumber.serviceNs]! + link.settings.delayNs > nowNs) return undefined;
  if (numbers[row + linkNumber.lastDueNs]! > nowNs) return undefined;
  enterPlainly(link);
  link.current = undefined;
  numbers[row + linkNumber.serviceNs] = never;
  numbers[row + linkNumber.deadlineNs] = never;
  return current;
}

/** The last bit of the frame on the transmitter has left: when it is due, not before the one ahead. */
function enterPlainly({ numbers, row, settings }: LinkDirection): number {
  const ownNs = numbers[row + linkNumber.serviceNs]! + settings.delayNs;
  const dueNs = Math.max(ownNs, numbers[row + linkNumber.lastDueNs]!);
  numbers[row + linkNumber.lastDueNs] = dueNs;
  numbers[row + linkNumber.enteredFrames]! += 1;
  return dueNs;
}

export function putOnWire(link: LinkDirection, frame: Frame, dueNs: number): void {
  link.wire ??= createLine();
  if (link.wire.count === 0) link.wireDueNs = dueNs;
  pushFrame(link.wire, frame, dueNs);
}
