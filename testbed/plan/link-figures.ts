/** What one direction of a link was asked to do, in figures. Of a trace, the mean over its period. */
import { nsPerSecond, serialisationNs } from '../../src/base/time.ts';
import type { DirectionSettings, TraceSettings, TraceStep } from '../schema/link-settings.ts';

/** Rates and queues count a frame with its Ethernet header, without preamble and check sequence. */
const ethernetBytes = 14;
/** UDP over IPv4 without options. */
export const udpIpv4Bytes = 28;
/**
 * What no contender can use of a full frame (design, "The measures"): 40 of IPv4 and TCP, 12 of TCP's
 * time stamps, 28 of the outer IPv4 and UDP of a tunnel or the like.
 */
const overheadBytes = 40 + 12 + 28;

type StepTrace = Extract<TraceSettings, { kind: 'steps' }>;

/** Infinity: unlimited. */
export function meanRateBps(settings: DirectionSettings): number {
  const { trace, rateBps, mtuBytes } = settings;
  if (trace === undefined) return rateBps;
  if (trace.kind === 'steps') return meanOfSteps(trace, (step) => step.rateBps ?? rateBps);
  // An opportunity lets 1 500 bytes of IP out: on a link of that MTU one full frame.
  const bits = (trace.opportunitiesNs.length * 1_500 * fullFrameBytes(mtuBytes) * 8) / mtuBytes;
  return bits / (trace.opportunitiesNs.at(-1)! / nsPerSecond);
}

export function meanDelayNs({ trace, delayNs }: DirectionSettings): number {
  return trace?.kind === 'steps' ? meanOfSteps(trace, (step) => step.delayNs ?? delayNs) : delayNs;
}

/** Each step holds until the next one; before the first its values hold too, as in the model. */
function meanOfSteps(trace: StepTrace, figureOf: (step: TraceStep) => number): number {
  const { steps, periodNs } = trace;
  const weighted = steps.map((step, at) => {
    const fromNs = at === 0 ? 0 : step.timeNs;
    const untilNs = Math.min(steps[at + 1]?.timeNs ?? periodNs, periodNs);
    return untilNs > fromNs ? figureOf(step) * (untilNs - fromNs) : 0;
  });
  return weighted.reduce((sum, one) => sum + one, 0) / periodNs;
}

function fullFrameBytes(mtuBytes: number): number {
  return mtuBytes + ethernetBytes;
}

/** Payload bits a second in full frames: rate x (MTU - 80) / (MTU + 14). */
export function capacityBps(rateBps: number, mtuBytes: number): number {
  return (rateBps * Math.max(0, mtuBytes - overheadBytes)) / fullFrameBytes(mtuBytes);
}

/** How long a full queue takes to drain: its limit in bytes, or in full frames, over the rate. */
export function queueingNs(settings: DirectionSettings): number {
  const rateBps = meanRateBps(settings);
  if (rateBps === Number.POSITIVE_INFINITY) return 0;
  const { limitBytes, limitFrames } = settings.queue;
  const bytes = Math.min(limitBytes, limitFrames * fullFrameBytes(settings.mtuBytes));
  return (bytes * 8 * nsPerSecond) / rateBps;
}

/** One UDP datagram over IPv4: its payload and 8 + 20 + 14 bytes of headers on the line. */
export function transmissionNs(settings: DirectionSettings, payloadBytes: number): number {
  return serialisationNs(payloadBytes + udpIpv4Bytes + ethernetBytes, meanRateBps(settings));
}
