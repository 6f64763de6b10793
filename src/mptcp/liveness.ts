/**
 * Whether a path still carries: it is doubted when nothing that was sent on it was acknowledged for longer
 * than its own round trip explains. What it had not brought goes on another path at once, and it is probed
 * until it answers. One that was doubted often is trusted again later.
 */
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import type { ArrivedSegment } from '../tcp/arrived-segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { dataRtoNs } from './data-timers.ts';
import { isOpen } from './eligible.ts';
import { type MptcpMachine, stir } from './machine-state.ts';
import { forgetTried, tryElsewhere } from './reinject.ts';

/** Beyond the round trip: a delayed ACK over there, a busy machine here; and at most so much for its jitter. */
const leastMarginNs = 30 * nsPerMs;
const mostMarginNs = 45 * nsPerMs;
const unknownRttNs = nsPerSecond;
const leastProbeNs = 20 * nsPerMs;
const mostProbeNs = 500 * nsPerMs;
/** A path that is doubted again within that long is held back, twice as long each time. */
const flapWithinNs = 10 * nsPerSecond;
const firstHoldNs = 100 * nsPerMs;
const mostHoldNs = 5 * nsPerSecond;

function allowanceNs({ rto }: Connection): number {
  if (rto.srttNs === 0) return unknownRttNs;
  const marginNs = Math.min(Math.max(leastMarginNs, 4 * rto.rttVariationNs), mostMarginNs);
  return rto.srttNs + marginNs;
}

/** When its silence will have lasted too long; `never`: nothing is waited for. */
function dueAtNs({ tcp }: Subflow): number {
  if (tcp === undefined || tcp.send.flight.count === 0) return never;
  return tcp.delivery.deliveredAtNs + allowanceNs(tcp);
}

/** Something goes out on it: its answer is waited for. */
export function watchSent(machine: MptcpMachine, subflow: Subflow, nowNs: number): void {
  const { owner, tcp } = subflow;
  const { timers, settings } = owner;
  if (timers.retransmitAtNs === never) {
    timers.retransmitAtNs = nowNs + dataRtoNs(owner);
    stir(machine, owner);
  }
  if (!settings.watchesPaths || tcp === undefined) return;
  const atNs = nowNs + allowanceNs(tcp);
  if (atNs >= timers.livenessAtNs) return;
  timers.livenessAtNs = atNs;
  stir(machine, owner);
}

/** Its time has come: doubts whoever was silent for too long, and says when to look again. */
export function checkLiveness(machine: MptcpMachine, owner: MptcpConnection, nowNs: number): void {
  let nextNs = never;
  for (const subflow of owner.subflows) {
    if (!isOpen(subflow) || subflow.health !== 'good') continue;
    const atNs = dueAtNs(subflow);
    if (atNs > nowNs) nextNs = Math.min(nextNs, atNs);
    else if (hasAlternative(owner, subflow)) doubt(machine, subflow, nowNs);
    else nextNs = Math.min(nextNs, nowNs + allowanceNs(subflow.tcp!));
  }
  owner.timers.livenessAtNs = nextNs;
}

function hasAlternative(owner: MptcpConnection, subflow: Subflow): boolean {
  return owner.subflows.some((one) => one !== subflow && isOpen(one) && one.health === 'good');
}

function doubt(machine: MptcpMachine, subflow: Subflow, nowNs: number): void {
  const { owner } = subflow;
  subflow.doubts = nowNs - subflow.doubtedAtNs < flapWithinNs ? subflow.doubts + 1 : 1;
  subflow.health = 'doubted';
  subflow.doubtedAtNs = nowNs;
  subflow.returnAtNs = never;
  subflow.probes = 0;
  subflow.probeAtNs = nowNs + probeIntervalNs(subflow);
  owner.counts.doubts++;
  tryElsewhere(subflow);
  report(machine, subflow);
  stir(machine, owner);
}

export function report(machine: MptcpMachine, { owner, number, health, phase }: Subflow): void {
  const fields = { connection: owner.id, subflow: number, health, phase };
  machine.reports.push({ kind: 'mptcp.path', fields });
}

export function probeIntervalNs({ tcp, probes }: Subflow): number {
  const rttNs = tcp === undefined || tcp.rto.srttNs === 0 ? unknownRttNs : tcp.rto.srttNs;
  const intervalNs = Math.max(leastProbeNs, rttNs) * 2 ** Math.min(probes, 6);
  return Math.min(intervalNs, Math.max(mostProbeNs, rttNs));
}

/** It answered: what it said is new, so that the path carries both ways. */
export function heardFrom(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  segment: ArrivedSegment,
  nowNs: number,
): void {
  if (subflow.health !== 'doubted') return;
  const isAnswer = segment.acknowledgment > tcp.send.una && segment.acknowledgment <= tcp.send.nxt;
  if (!isAnswer || subflow.returnAtNs !== never) return;
  const holdNs = subflow.doubts <= 1 ? 0 : firstHoldNs * 2 ** Math.min(subflow.doubts - 2, 6);
  subflow.returnAtNs = nowNs + Math.min(holdNs, mostHoldNs);
  subflow.probeAtNs = never;
  if (holdNs === 0) trust(machine, subflow, nowNs);
  else stir(machine, subflow.owner);
}

export function trust(machine: MptcpMachine, subflow: Subflow, nowNs: number): void {
  subflow.health = 'good';
  subflow.returnAtNs = never;
  subflow.probeAtNs = never;
  forgetTried(subflow);
  // What is still on its way there is watched again.
  const { timers, settings } = subflow.owner;
  if (settings.watchesPaths && subflow.tcp !== undefined)
    timers.livenessAtNs = Math.min(timers.livenessAtNs, nowNs + allowanceNs(subflow.tcp));
  report(machine, subflow);
  stir(machine, subflow.owner);
}
