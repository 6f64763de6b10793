/**
 * How many bytes of probes go to addresses that have not answered yet. Three times what came from the peer,
 * whoever names them. To the address where a relay has proved that the peer hears, one first round a minute
 * more: who begins has heard nothing of the peer yet. The search is bounded on its own.
 */
import { never, nsPerSecond } from '../base/time.ts';
import type { StepSource } from './step-source.ts';

/** Of a sealed probe, on the wire. */
export const probeBytes = 40;
/** The longest tries of one port and of twelve predicted ones: 41 and 48 probes. */
export const firstRoundBytes = 89 * probeBytes;
const roundPauseNs = 60 * nsPerSecond;

export interface ProbeBudget {
  /** Of what the peer's own bytes allow. */
  claimedBytes: number;
  /** Of the first round that is free, since `roundFromNs`. */
  roundBytes: number;
  roundFromNs: number;
}

/** To whom probes go: what came from there, and what was spent. */
interface Probed {
  readonly budget: ProbeBudget;
  readonly receivedBytes: number;
}

export function createProbeBudget(): ProbeBudget {
  return { claimedBytes: 0, roundBytes: 0, roundFromNs: -never };
}

/** Whether a probe may go there; one that may is counted. */
export function mayProbe(
  { budget, receivedBytes }: Probed,
  nowNs: number,
  source: StepSource,
): boolean {
  switch (source) {
    // Its own word proves that the peer is there, and is as long; a search has bounds of its own.
    case 'reflexive':
    case 'searched':
      return true;
    case 'host':
    case 'mapped':
      return drawClaimed(budget, receivedBytes);
    case 'observed':
    case 'predicted':
      return drawRound(budget, nowNs) || drawClaimed(budget, receivedBytes);
    default:
      return source satisfies never;
  }
}

function drawClaimed(budget: ProbeBudget, receivedBytes: number): boolean {
  if (budget.claimedBytes + probeBytes > 3 * receivedBytes) return false;
  budget.claimedBytes += probeBytes;
  return true;
}

function drawRound(budget: ProbeBudget, nowNs: number): boolean {
  if (nowNs - budget.roundFromNs >= roundPauseNs) {
    Object.assign(budget, { roundBytes: 0, roundFromNs: nowNs });
  }
  if (budget.roundBytes + probeBytes > firstRoundBytes) return false;
  budget.roundBytes += probeBytes;
  return true;
}
