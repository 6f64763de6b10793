/** A device's registration at one relay: where the relay sees it, how far it is, whether it lives. */
import type { Endpoint } from '../base/address.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import type { RelayMessage } from '../wire/relay.ts';
import { isSameEndpoint } from './endpoints.ts';
import type { Token } from './identity.ts';
import { macOfRegister, registerMessage } from './relay-messages.ts';
import { isSameBytes } from './same-bytes.ts';

export interface RelayPlace {
  readonly main: Endpoint;
  /** Another address and port of the same relay: by it a device learns how its box maps. */
  readonly alternate: Endpoint | undefined;
}

export interface RelayLink {
  readonly place: RelayPlace;
  /** 0: not registered. */
  ticket: number;
  /** Until the new one is there after a move: what is under way bears it. */
  oldTicket: number;
  observed: Endpoint | undefined;
  observedAlternate: Endpoint | undefined;
  rttNs: number;
  /** Questions that nobody has answered yet, by their time in microseconds: when each was asked. */
  readonly asked: Map<number, { readonly sentNs: number; readonly probe: boolean }>;
  lastTimeUs: number;
  lastHeardNs: number;
  unanswered: number;
  /** Since the device has its present place. */
  answers: number;
  nextNs: number;
}

export function createRelayLink(place: RelayPlace): RelayLink {
  return {
    ...{ place, ticket: 0, oldTicket: 0, observed: undefined, observedAlternate: undefined },
    ...{ rttNs: 0, asked: new Map(), lastTimeUs: 0, lastHeardNs: -never, unanswered: 0 },
    ...{ answers: 0, nextNs: 0 },
  };
}

/** Registered, and its last questions were answered. */
export function isAlive({ ticket, unanswered }: RelayLink): boolean {
  return ticket !== 0 && unanswered < 3;
}

/**
 * The first round trip may have waited for neighbours to be found; the second shows the ticket and is
 * how far we are; the third tells the relay so.
 */
export const settledAnswers = 3;
const firstPauseNs = 50 * nsPerMs;
const longestPauseNs = 2 * nsPerSecond;

type Transmit = (to: Endpoint, bytes: Uint8Array) => void;

/** Asks to be registered, and by the alternate address where it is seen from there. */
export function askRelay(
  link: RelayLink,
  nowNs: number,
  client: number,
  token: Token,
  keepNs: number,
  transmit: Transmit,
): void {
  transmit(link.place.main, makeQuestion(link, nowNs, client, token, false));
  link.unanswered += 1;
  if (link.place.alternate !== undefined && link.observedAlternate === undefined) {
    transmit(link.place.alternate, makeQuestion(link, nowNs, client, token, true));
  }
  const pauseNs = Math.max(firstPauseNs, 2 * link.rttNs) * 2 ** (link.unanswered - 1);
  link.nextNs = nowNs + Math.min(pauseNs, longestPauseNs, keepNs);
}

function makeQuestion(
  link: RelayLink,
  nowNs: number,
  client: number,
  { id, secret }: Token,
  probe: boolean,
): Uint8Array {
  const timeUs = Math.max(link.lastTimeUs + 1, Math.floor(nowNs / 1_000));
  link.lastTimeUs = timeUs;
  link.asked.set(timeUs, { sentNs: nowNs, probe });
  const rttUs = Math.round(link.rttNs / 1_000);
  return registerMessage(secret, { probe, client, token: id, ticket: link.ticket, timeUs, rttUs });
}

type Registered = RelayMessage & { readonly kind: 'registered' };

/** False: not what that relay says to a question of ours. */
export function noteRegistered(
  link: RelayLink,
  nowNs: number,
  { secret }: Token,
  bytes: Uint8Array,
  message: Registered,
  keepNs: number,
): boolean {
  const asked = link.asked.get(message.timeUs);
  if (asked === undefined || !isSameBytes(macOfRegister(secret, bytes), message.mac)) return false;
  link.asked.delete(message.timeUs);
  if (asked.probe) {
    link.observedAlternate = message.observed;
    return true;
  }
  link.answers += 1;
  if (message.ticket !== link.ticket) {
    link.oldTicket = link.ticket;
    link.ticket = message.ticket;
  }
  if (link.observed !== undefined && !isSameEndpoint(link.observed, message.observed)) {
    link.observedAlternate = undefined;
  }
  link.observed = message.observed;
  link.rttNs = Math.min(link.rttNs || never, nowNs - asked.sentNs);
  link.lastHeardNs = nowNs;
  link.unanswered = 0;
  for (const [timeUs, { probe }] of link.asked) if (!probe) link.asked.delete(timeUs);
  link.nextNs = nowNs + pauseAfterAnswer(link, keepNs);
  return true;
}

function pauseAfterAnswer(link: RelayLink, keepNs: number): number {
  if (link.answers < settledAnswers) return 0;
  const isMissing = link.place.alternate !== undefined && link.observedAlternate === undefined;
  return isMissing ? Math.max(firstPauseNs, 2 * link.rttNs) : keepNs;
}

/** The device has moved: what the relay saw was another address of it. */
export function forgetPlace(link: RelayLink): void {
  if (link.ticket !== 0) link.oldTicket = link.ticket;
  link.observedAlternate = undefined;
  link.rttNs = 0;
  link.unanswered = 0;
  link.answers = 0;
  link.nextNs = 0;
}
