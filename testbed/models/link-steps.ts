/** A trace of steps: which one holds at a time, and when a frame's last bit leaves under them. */
import { never, nsPerSecond } from '../../src/base/time.ts';
import type { TraceSettings, TraceStep } from '../schema/link-settings.ts';

export type StepTrace = Extract<TraceSettings, { kind: 'steps' }>;

/** Before the first step's time the first step holds; after the last one, without `loop`, the last. */
export function stepAt(trace: StepTrace, nowNs: number): TraceStep {
  return trace.steps[stepIndexAt(trace, placeInTrace(trace, nowNs))]!;
}

/** When the last of `bits` has left, the first leaving at `fromNs`. */
export function lastBitNs(
  trace: StepTrace,
  ownRateBps: number,
  bits: number,
  fromNs: number,
): number {
  let atNs = fromNs;
  let leftBits = bits;
  let stepsWithoutRate = 0;
  while (stepsWithoutRate <= trace.steps.length) {
    const rateBps = stepAt(trace, atNs).rateBps ?? ownRateBps;
    const endNs = stepEndNs(trace, atNs);
    const doneNs = atNs + Math.ceil((leftBits * nsPerSecond) / rateBps);
    if (leftBits <= 0 || doneNs <= endNs) return leftBits <= 0 ? atNs : doneNs;
    leftBits -= ((endNs - atNs) * rateBps) / nsPerSecond;
    stepsWithoutRate = rateBps > 0 ? 0 : stepsWithoutRate + 1;
    atNs = endNs;
  }
  return never;
}

/** How many bits leave between two times. */
export function bitsBetween(
  trace: StepTrace,
  ownRateBps: number,
  fromNs: number,
  untilNs: number,
): number {
  let bits = 0;
  for (let atNs = fromNs; atNs < untilNs; ) {
    const endNs = Math.min(untilNs, stepEndNs(trace, atNs));
    const rateBps = stepAt(trace, atNs).rateBps ?? ownRateBps;
    bits += ((endNs - atNs) * rateBps) / nsPerSecond;
    atNs = endNs;
  }
  return bits;
}

function placeInTrace(trace: StepTrace, nowNs: number): number {
  const sinceStartNs = nowNs + trace.offsetNs;
  return trace.loop ? sinceStartNs % trace.periodNs : sinceStartNs;
}

function stepIndexAt(trace: StepTrace, placeNs: number): number {
  let low = 0;
  let high = trace.steps.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (trace.steps[middle]!.timeNs <= placeNs) low = middle;
    else high = middle;
  }
  return low;
}

/** Always after `nowNs`. */
function stepEndNs(trace: StepTrace, nowNs: number): number {
  const placeNs = placeInTrace(trace, nowNs);
  const next = trace.steps[stepIndexAt(trace, placeNs) + 1];
  if (next !== undefined) return nowNs + (next.timeNs - placeNs);
  return trace.loop ? nowNs + (trace.periodNs - placeNs) : never;
}
