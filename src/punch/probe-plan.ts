/**
 * Which addresses a peer is tried at, and when. The critical moment is when both have opened their
 * boxes: probes stand close around it, and their span follows the way through the relay.
 */
import type { Endpoint, Ip } from '../base/address.ts';
import { nsPerMs } from '../base/time.ts';
import type { Offer } from '../wire/punch-message.ts';
import { isSymmetric, type SeenBox } from './box-kind.ts';
import type { ProbeStep } from './device-state.ts';
import { isForbidden, isSameEndpoint } from './endpoints.ts';
import type { StepSource } from './step-source.ts';

/** What one round of tries knows. */
export interface WaveFacts {
  readonly nowNs: number;
  /** The one that reaches it; undefined: none does. */
  readonly socketFor: (endpoint: Endpoint) => number | undefined;
  readonly own: SeenBox;
  /** Where a relay sees us. */
  readonly ownObserved: Endpoint | undefined;
  /** Where the relay sees the peer. */
  readonly observed: Endpoint | undefined;
  readonly offer: Offer | undefined;
  /** How much earlier we were told than the peer. */
  readonly leadNs: number;
  /** Who was asked hears of the other's box one way before that one hears of its. */
  readonly isAsked: boolean;
  readonly wayNs: number;
  /** The first round is dense; later ones only look whether something has changed. */
  readonly wave: number;
  /** Of the packet that opens our box; undefined: it goes all the way. */
  readonly openerTtl: number | undefined;
}

export interface Target {
  readonly endpoint: Endpoint;
  readonly source: StepSource;
}

/** Dies between our box and the peer's: it opens ours and cannot spoil the other (RFC 5128 3.3.1). */
export const openerTtl = 2;
const spacingNs = 8 * nsPerMs;
/** What tells the other of us may be lost, and goes again. */
const mayComeLaterNs = 60 * nsPerMs;
const sprayWidth = 12;
/** Fewer ports, each more often: the way depends on these tries alone. */
const insistentWidth = 5;
const insistentTries = 6;

/** Undefined: nothing can be said before the peer's offer is there. */
export function chooseTargets(facts: WaveFacts): Target[] | undefined {
  const { own, offer, observed } = facts;
  // Each new destination moves our box's next port: we must not spend it before we know what for.
  if (own.kind === 'sequential' && offer === undefined) return undefined;
  const targets: Target[] = [];
  if (observed !== undefined) {
    if (offer?.box === 'sequential')
      targets.push(...predictPorts(observed.address, offer, widthFor(facts)));
    else targets.push({ endpoint: observed, source: 'observed' });
    // Its filter may let in who comes to the port that the relay sees.
    if (offer?.box === 'sequential') targets.push({ endpoint: observed, source: 'observed' });
  }
  return [...targets, ...chooseCandidates(facts)];
}

/** Where we draw our own port only a lenient filter can let us in: nothing to be found by insisting. */
function widthFor({ own, wave }: WaveFacts): number {
  if (own.kind !== 'random') return sprayWidth;
  return wave === 1 ? insistentWidth : sprayWidth / 4;
}

function predictPorts(address: Ip, { lastPort, step }: Offer, width: number): Target[] {
  return Array.from({ length: width }, (_, n): Target => {
    const port = lastPort + step * (n + 1);
    return {
      endpoint: { address, port: port > 65_535 ? port - 64_512 : port },
      source: 'predicted',
    };
  });
}

/** What the peer says of itself; of private addresses only where both are seen as the same address. */
function chooseCandidates({ offer, observed, ownObserved }: WaveFacts): Target[] {
  const isSamePlace = observed !== undefined && observed.address === ownObserved?.address;
  return (offer?.candidates ?? [])
    .filter(({ endpoint }) => !isForbidden(endpoint))
    .filter(({ endpoint }) => observed === undefined || !isSameEndpoint(endpoint, observed))
    .filter(
      ({ endpoint, source }) =>
        source !== 'observed' && (isSamePlace || !isPrivate(endpoint.address)),
    )
    .map(({ endpoint, source }) => ({ endpoint, source }));
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 2.5.6. */
export function isPrivate(address: Ip): boolean {
  if (typeof address === 'string') {
    const first = address.charCodeAt(0);
    return first >>> 9 === 0x7e || first >>> 6 === 0x3fa;
  }
  const [top, second] = [address >>> 24, (address >>> 16) & 255];
  return (
    top === 10 ||
    (top === 172 && second >>> 4 === 1) ||
    (top === 192 && second === 168) ||
    (top === 100 && second >>> 6 === 1) ||
    (top === 169 && second === 254)
  );
}

export function planSteps(facts: WaveFacts, targets: readonly Target[]): ProbeStep[] {
  const { nowNs, leadNs, wave } = facts;
  const startNs = nowNs + leadNs;
  return targets.flatMap(({ endpoint: to, source }, at): ProbeStep[] => {
    const socket = facts.socketFor(to);
    if (socket === undefined) return [];
    const isSprayed = source === 'predicted';
    // In the order of the ports: at a box that counts, the n-th packet meets the n-th.
    const offsetNs = isSprayed ? at * 100_000 + vainNs(facts) : 0;
    const stepNs = spacingOf(facts, source);
    const probes = Array.from({ length: countOf(facts, source) }, (_, n): ProbeStep => {
      return { atNs: startNs + offsetNs + n * stepNs, socket, to, source, ttl: undefined };
    });
    const opens = wave === 1 && source === 'observed' && !isSymmetric(facts.own);
    return opens ? [{ atNs: nowNs, socket, to, source, ttl: facts.openerTtl }, ...probes] : probes;
  });
}

function spacingOf(facts: WaveFacts, source: StepSource): number {
  if (source === 'observed') return spacingNs;
  if (source !== 'predicted' || !isInsistent(facts)) return 2 * spacingNs;
  const spanNs = mayComeLaterNs + vainNs(facts);
  return Math.max(2 * spacingNs, Math.ceil(spanNs / insistentTries));
}

/**
 * A box that counts opens when its side has our offer, one way after we have theirs if we were asked. What
 * comes before that is in vain, and how much shorter the direct way is than the relayed one nobody knows yet.
 */
function vainNs(facts: WaveFacts): number {
  return isInsistent(facts) && facts.isAsked ? Math.ceil(facts.wayNs / 2) : 0;
}

/** Each port that we try sees us come from another one of ours: the other cannot meet us half way. */
function isInsistent({ own, wave }: WaveFacts): boolean {
  return own.kind === 'random' && wave === 1;
}

function countOf(facts: WaveFacts, source: StepSource): number {
  const { wayNs, wave, own, offer } = facts;
  if (wave > 1) return source === 'predicted' ? 1 : 2;
  if (source === 'predicted') return isInsistent(facts) ? insistentTries : 4;
  if (source !== 'observed') return 5;
  // A box that draws its ports, seen by one that does too: nothing to be found by insisting.
  if (isSymmetric(own) && offer !== undefined && isSymmetric({ kind: offer.box })) return 4;
  return Math.min(40, Math.ceil((mayComeLaterNs + wayNs) / spacingNs));
}

/** After a round without success: 5 s, 10 s, 20 s … 10 minutes. */
export function wavePauseNs(wave: number): number {
  return Math.min(600_000, 5_000 * 2 ** Math.min(wave - 1, 10)) * nsPerMs;
}
