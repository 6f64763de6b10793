/** What the holders of a token may use of a relay, together. */
import { nsPerSecond } from '../base/time.ts';

export interface QuotaLimits {
  readonly rateBps: number;
  /** In all. */
  readonly bytes: number;
  /** The run's time after which it is worth nothing. */
  readonly untilNs: number;
  /** How many others each client may talk to. */
  readonly peers: number;
  readonly clients: number;
}

export const noLimits: QuotaLimits = {
  rateBps: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  untilNs: Number.POSITIVE_INFINITY,
  peers: 256,
  clients: 100_000,
};

export interface Quota {
  clients: number;
  usedBytes: number;
  /** What may be sent at once, in bytes, as of `filledNs`. */
  bucketBytes: number;
  filledNs: number;
  readonly peers: Map<number, Set<number>>;
}

/** A burst of so long at the full rate passes. */
const burstNs = nsPerSecond / 10;

export function createQuota(): Quota {
  return { clients: 0, usedBytes: 0, bucketBytes: Number.NaN, filledNs: 0, peers: new Map() };
}

/** Whether a packet may pass; one that may is counted. */
export function allow(
  quota: Quota,
  limits: QuotaLimits,
  nowNs: number,
  client: number,
  peer: number,
  bytes: number,
): boolean {
  if (nowNs > limits.untilNs || quota.usedBytes + bytes > limits.bytes) return false;
  if (!isPeerAllowed(quota, limits, client, peer)) return false;
  if (limits.rateBps !== Number.POSITIVE_INFINITY && !drain(quota, limits, nowNs, bytes)) {
    return false;
  }
  quota.usedBytes += bytes;
  return true;
}

function isPeerAllowed(quota: Quota, limits: QuotaLimits, client: number, peer: number): boolean {
  let peers = quota.peers.get(client);
  if (peers?.has(peer)) return true;
  if ((peers?.size ?? 0) >= limits.peers) return false;
  if (peers === undefined) {
    peers = new Set();
    quota.peers.set(client, peers);
  }
  peers.add(peer);
  return true;
}

function drain(quota: Quota, { rateBps }: QuotaLimits, nowNs: number, bytes: number): boolean {
  const fullBytes = Math.max(1_500, (rateBps / 8) * (burstNs / nsPerSecond));
  if (Number.isNaN(quota.bucketBytes)) quota.bucketBytes = fullBytes;
  const gained = ((nowNs - quota.filledNs) / nsPerSecond) * (rateBps / 8);
  quota.bucketBytes = Math.min(fullBytes, quota.bucketBytes + gained);
  quota.filledNs = nowNs;
  if (quota.bucketBytes < bytes) return false;
  quota.bucketBytes -= bytes;
  return true;
}
