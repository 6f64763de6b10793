/**
 * Controllers on a bottleneck, without a TCP machine: segments of one size, a drop-tail queue, chance losses, an
 * ACK for each arrival. Loss is found as RACK does where nothing is reordered: a segment sent three
 * later has arrived. Tests judge controllers by it; the whole machine is judged elsewhere.
 */
import { drawChance, type Random, seedRandom } from '../../base/random.ts';
import { never, nsPerSecond, serialisationNs } from '../../base/time.ts';
import {
  beginRateSample,
  countDelivered,
  type DeliveryStamp,
  finishRateSample,
  makeDelivery,
  makeRateSample,
  makeStamp,
  stampSent,
} from '../recovery/delivery-rate.ts';
import { makePrr, notePrrSent, prrAllowance, startPrr } from '../recovery/prr.ts';
import type { AckFacts, CongestionState, Controller } from './controller.ts';

export const testMssBytes = 1_448;
const frameBytes = testMssBytes + 66;
const timeoutNs = nsPerSecond;

export interface Bottleneck {
  readonly rateBps: number;
  /** There and back, without queueing. */
  readonly rttNs: number;
  readonly queueBytes: number;
  readonly lossRatio?: number;
  /** CE instead of a drop where the queue is longer. */
  readonly markAboveBytes?: number;
  readonly seed?: number;
}

interface Segment extends DeliveryStamp {
  readonly index: number;
  /** `never`: dropped on the way. */
  readonly ackAtNs: number;
  readonly isMarked: boolean;
  readonly priorDelivered: number;
}

export class TestFlow {
  readonly controller: Controller;
  readonly state: CongestionState;
  readonly startAtNs: number;
  readonly out: Segment[] = [];
  readonly delivery = makeDelivery();
  readonly sample = makeRateSample();
  readonly prr = makePrr();
  phase: AckFacts['phase'] = 'open';
  sent = 0;
  recoverIndex = -1;
  inflightBytes = 0;
  toRepeatBytes = 0;
  pacedAtNs: number;
  progressAtNs: number;
  retransmittedBytes = 0;
  minRttNs = never;
  /** Delivered bytes at each whole second. */
  readonly seconds: number[] = [];
  largestInflightBytes = 0;
  /** Of round trips after the first five seconds. */
  settledRttNs = 0;
  settledAcks = 0;

  constructor(controller: Controller, startAtNs: number, rttNs: number) {
    this.controller = controller;
    this.state = controller.create(startAtNs, { mssBytes: testMssBytes, rttNs });
    this.startAtNs = startAtNs;
    this.pacedAtNs = startAtNs;
    this.progressAtNs = startAtNs;
  }
}

export interface TestRun {
  readonly line: Bottleneck;
  readonly flows: readonly TestFlow[];
  readonly random: Random;
  /** When the queue will be empty. */
  busyUntilNs: number;
  drops: number;
}

/** Runs flows with always more to send until `untilNs`. */
export function runBottleneck(
  line: Bottleneck,
  flows: readonly TestFlow[],
  untilNs: number,
): TestRun {
  const random = seedRandom(line.seed ?? 1, 'bottleneck');
  const run: TestRun = { line, flows, random, busyUntilNs: 0, drops: 0 };
  for (;;) {
    const next = nextFlow(run);
    if (next === undefined || next.atNs > untilNs) return run;
    step(run, next.flow, next.atNs);
  }
}

function nextFlow(run: TestRun): { flow: TestFlow; atNs: number } | undefined {
  let best: { flow: TestFlow; atNs: number } | undefined;
  for (const flow of run.flows) {
    const atNs = nextNs(flow);
    if (best === undefined || atNs < best.atNs) best = { flow, atNs };
  }
  return best;
}

function nextNs(flow: TestFlow): number {
  const ackAtNs = flow.out.find((segment) => segment.ackAtNs !== never)?.ackAtNs ?? never;
  const mayAtNs = maySend(flow) ? Math.max(flow.pacedAtNs, flow.startAtNs) : never;
  const rtoAtNs = flow.out.length > 0 ? flow.progressAtNs + timeoutNs : never;
  return Math.min(ackAtNs, mayAtNs, rtoAtNs);
}

function maySend(flow: TestFlow): boolean {
  return flow.inflightBytes + testMssBytes <= flow.state.cwndBytes || flow.inflightBytes === 0;
}

function step(run: TestRun, flow: TestFlow, nowNs: number): void {
  const at = flow.out.findIndex((segment) => segment.ackAtNs !== never);
  const second = Math.floor(nowNs / nsPerSecond);
  while (flow.seconds.length <= second) flow.seconds.push(flow.delivery.deliveredBytes);
  if (at >= 0 && flow.out[at]!.ackAtNs <= nowNs) takeAck(flow, at, nowNs);
  else if (flow.out.length > 0 && flow.progressAtNs + timeoutNs <= nowNs) timeOut(flow, nowNs);
  if (maySend(flow) && flow.pacedAtNs <= nowNs) send(run, flow, nowNs);
}

function send(run: TestRun, flow: TestFlow, nowNs: number): void {
  const isRetransmission = flow.toRepeatBytes > 0;
  if (isRetransmission) {
    flow.toRepeatBytes -= testMssBytes;
    flow.retransmittedBytes += testMssBytes;
  }
  const stamp = makeStamp();
  stampSent(flow.delivery, stamp, flow.inflightBytes, nowNs);
  if (flow.out.length === 0) flow.progressAtNs = nowNs;
  const { deliveredBytes } = flow.delivery;
  const path = crossLine(run, nowNs);
  flow.out.push({ ...stamp, index: flow.sent++, ...path, priorDelivered: deliveredBytes });
  flow.controller.onSent(flow.state, nowNs, {
    bytes: testMssBytes,
    inflightBytes: flow.inflightBytes,
    isRetransmission,
    nextSequence: flow.sent * testMssBytes,
    deliveredBytes,
  });
  flow.inflightBytes += testMssBytes;
  flow.largestInflightBytes = Math.max(flow.largestInflightBytes, flow.inflightBytes);
  if (flow.phase === 'recovery') notePrrSent(flow.prr, testMssBytes);
  const rate = flow.state.pacingRateBps;
  flow.pacedAtNs = Math.max(flow.pacedAtNs, nowNs) + serialisationNs(testMssBytes, rate);
}

function crossLine(run: TestRun, nowNs: number): { ackAtNs: number; isMarked: boolean } {
  const { line } = run;
  const waitNs = Math.max(0, run.busyUntilNs - nowNs);
  const queuedBytes = (waitNs * line.rateBps) / 8 / nsPerSecond;
  const isMarked = queuedBytes > (line.markAboveBytes ?? never);
  if (queuedBytes + frameBytes > line.queueBytes + frameBytes) {
    run.drops += 1;
    return { ackAtNs: never, isMarked };
  }
  run.busyUntilNs = nowNs + waitNs + serialisationNs(frameBytes, line.rateBps);
  const isLost = drawChance(run.random, line.lossRatio ?? 0);
  return { ackAtNs: isLost ? never : run.busyUntilNs + line.rttNs, isMarked };
}

function takeAck(flow: TestFlow, at: number, nowNs: number): void {
  const [segment] = flow.out.splice(at, 1) as [Segment];
  const priorInflightBytes = flow.inflightBytes;
  const isWindowLimited = flow.inflightBytes + testMssBytes > flow.state.cwndBytes;
  flow.inflightBytes -= testMssBytes;
  flow.progressAtNs = nowNs;
  const rttNs = nowNs - segment.sentAtNs;
  if (nowNs > 5 * nsPerSecond) {
    flow.settledRttNs += rttNs;
    flow.settledAcks += 1;
  }
  flow.minRttNs = Math.min(flow.minRttNs, rttNs);
  beginRateSample(flow.sample);
  countDelivered(flow.delivery, flow.sample, segment, testMssBytes, nowNs);
  finishRateSample(flow.delivery, flow.sample, flow.minRttNs);
  if (flow.phase !== 'open' && segment.index > flow.recoverIndex) endRecovery(flow, nowNs);
  const lossBytes = findLoss(flow, segment.index);
  const ack = factsOf(flow, segment, { lossBytes, rttNs, priorInflightBytes, isWindowLimited });
  if (lossBytes > 0 || segment.isMarked) enterRecovery(flow, nowNs, ack);
  flow.controller.onAck(flow.state, nowNs, { ...ack, phase: flow.phase });
  if (flow.phase === 'recovery' && flow.controller.usesRateReduction) reduceRate(flow, lossBytes);
}

function findLoss(flow: TestFlow, index: number): number {
  let lossBytes = 0;
  while (flow.out.length > 0 && flow.out[0]!.index <= index - 3) {
    flow.out.shift();
    lossBytes += testMssBytes;
  }
  flow.inflightBytes -= lossBytes;
  flow.toRepeatBytes += lossBytes;
  return lossBytes;
}

function factsOf(
  flow: TestFlow,
  segment: Segment,
  now: Pick<AckFacts, 'lossBytes' | 'rttNs' | 'priorInflightBytes' | 'isWindowLimited'>,
): AckFacts {
  return {
    ...now,
    ackedBytes: testMssBytes,
    newlyDeliveredBytes: testMssBytes,
    deliveredBytes: flow.delivery.deliveredBytes,
    priorDeliveredBytes: segment.priorDelivered,
    deliveryRateBps: flow.sample.rateBps,
    isAppLimited: false,
    inflightBytes: flow.inflightBytes,
    isEcnMarked: segment.isMarked,
    phase: flow.phase,
    acknowledged: (segment.index + 1) * testMssBytes,
    nextSequence: flow.sent * testMssBytes,
  };
}

function enterRecovery(flow: TestFlow, nowNs: number, ack: AckFacts): void {
  if (flow.phase !== 'open') return;
  const { deliveredBytes, lossBytes } = ack;
  const inflightBytes = flow.inflightBytes + lossBytes;
  const cause = lossBytes > 0 ? 'loss' : 'ecn';
  flow.recoverIndex = flow.sent - 1;
  flow.phase = cause === 'loss' ? 'recovery' : 'reduced';
  flow.controller.onCongestion(flow.state, nowNs, {
    cause,
    inflightBytes,
    lossBytes,
    deliveredBytes,
  });
  startPrr(flow.prr, inflightBytes);
}

function reduceRate(flow: TestFlow, lossBytes: number): void {
  const allowance = prrAllowance(flow.prr, {
    deliveredBytes: testMssBytes,
    pipeBytes: flow.inflightBytes,
    ssthreshBytes: flow.state.ssthreshBytes,
    segmentBytes: testMssBytes,
    isSafe: lossBytes === 0,
  });
  flow.state.cwndBytes = flow.inflightBytes + allowance;
}

function endRecovery(flow: TestFlow, nowNs: number): void {
  flow.phase = 'open';
  flow.controller.onRecovered(flow.state, nowNs, flow.inflightBytes);
}

function timeOut(flow: TestFlow, nowNs: number): void {
  const lossBytes = flow.out.length * testMssBytes;
  const { deliveredBytes } = flow.delivery;
  const event = { cause: 'loss', inflightBytes: lossBytes, lossBytes, deliveredBytes } as const;
  flow.controller.onTimeout(flow.state, nowNs, event);
  flow.toRepeatBytes += lossBytes;
  flow.out.length = 0;
  flow.inflightBytes = 0;
  flow.phase = 'loss';
  flow.recoverIndex = flow.sent - 1;
  flow.progressAtNs = nowNs;
}

/** Of the bottleneck's payload rate, what a flow had between two seconds. */
export function shareOf(
  run: TestRun,
  flow: TestFlow,
  fromSecond: number,
  toSecond: number,
): number {
  const bytes = (flow.seconds[toSecond] ?? 0) - (flow.seconds[fromSecond] ?? 0);
  const capacityBps = (run.line.rateBps * testMssBytes) / frameBytes;
  return (bytes * 8) / (toSecond - fromSecond) / capacityBps;
}

/** Bandwidth times delay, and no less than twenty frames, as links are given queues here. */
export function oneBdpBytes(rateBps: number, rttNs: number): number {
  return Math.max((rateBps * rttNs) / 8 / nsPerSecond, 20 * frameBytes);
}

/** An ACK of a sender that its window holds back; what matters to a test is given. */
export function ackFacts(given: Partial<AckFacts>): AckFacts {
  return {
    ackedBytes: 0,
    newlyDeliveredBytes: given.ackedBytes ?? 0,
    deliveredBytes: 0,
    priorDeliveredBytes: 0,
    lossBytes: 0,
    rttNs: 0,
    deliveryRateBps: 0,
    isAppLimited: false,
    isWindowLimited: true,
    inflightBytes: 0,
    priorInflightBytes: 0,
    isEcnMarked: false,
    phase: 'open',
    acknowledged: 0,
    nextSequence: 0,
    ...given,
  };
}
