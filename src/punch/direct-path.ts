/**
 * A direct path that was proved in both directions: how long its round trip is, and whether it lives.
 * While packets use it, probes follow each other so closely that its death shows within a few round
 * trips; while none do, they only keep the boxes' mappings open.
 */
import type { Endpoint } from '../base/address.ts';
import { nsPerMs } from '../base/time.ts';

export interface DirectPath {
  readonly socket: number;
  readonly endpoint: Endpoint;
  rttNs: number;
  /** Probes without their echo: when each was sent, in order. */
  readonly pending: Map<number, number>;
  nextProbeNs: number;
  /** Where the other sees us by it. */
  seenAs: Endpoint | undefined;
  /** When anything was sent on it. */
  lastSentNs: number;
  /** How long it is silent while nobody uses it; undefined: that was not drawn yet. */
  pauseNs: number | undefined;
  /** The silence that the probes on their way ended; undefined: there was none. */
  silenceNs: number | undefined;
  /** When the other was heard on it: its own probes come as often as ours. */
  lastHeardNs: number;
  /** Who was late himself doubts nobody before then. */
  patientUntilNs: number;
  /** Undefined: nothing speaks against it. */
  suspectSinceNs: number | undefined;
}

export function createDirectPath(
  socket: number,
  endpoint: Endpoint,
  rttNs: number,
  nowNs: number,
): DirectPath {
  const nextProbeNs = nowNs + probePauseOf(rttNs);
  return {
    ...{ socket, endpoint, rttNs, pending: new Map(), nextProbeNs, lastHeardNs: nowNs },
    ...{ lastSentNs: nowNs, silenceNs: undefined, pauseNs: undefined, seenAs: undefined },
    ...{ patientUntilNs: nowNs, suspectSinceNs: undefined },
  };
}

export function probePauseOf(rttNs: number): number {
  return Math.min(50 * nsPerMs, Math.max(10 * nsPerMs, rttNs / 4));
}

export function noteEcho(path: DirectPath, nowNs: number, probe: number): boolean {
  const sentNs = path.pending.get(probe);
  if (sentNs === undefined) return false;
  const rttNs = nowNs - sentNs;
  path.rttNs = rttNs < path.rttNs ? rttNs : path.rttNs + (rttNs - path.rttNs) / 8;
  for (const [other, otherSentNs] of path.pending) {
    if (otherSentNs <= sentNs) path.pending.delete(other);
  }
  path.suspectSinceNs = undefined;
  return true;
}

/** Two probes went unanswered for longer than an answer takes, and the other is not heard either. */
export function isSilent(path: DirectPath, nowNs: number): boolean {
  return nowNs >= silenceDeadlineNs(path);
}

/**
 * Where the other is heard, its echoes may only stand in a queue; but a path that works in one direction
 * is not given time for ever.
 */
export function silenceDeadlineNs(path: DirectPath): number {
  if (path.pending.size < 2 || path.suspectSinceNs !== undefined) return Number.POSITIVE_INFINITY;
  const [oldestNs] = path.pending.values();
  const quietNs = path.lastHeardNs + 2 * probePauseOf(path.rttNs) + 10 * nsPerMs;
  const lastNs = oldestNs! + 4 * silenceNs(path);
  const suspectNs = Math.min(lastNs, Math.max(oldestNs! + silenceNs(path), quietNs));
  return Math.max(suspectNs, path.patientUntilNs);
}

function silenceNs({ rttNs }: DirectPath): number {
  return rttNs * 1.25 + probePauseOf(rttNs) + 10 * nsPerMs;
}

/** How long a path stays suspected, with everything sent twice, before it counts as dead. */
export function graceNs({ rttNs }: DirectPath): number {
  return Math.max(2 * rttNs, 200 * nsPerMs);
}
