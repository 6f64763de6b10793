/** A device's registration at one relay: where the relay sees it, how far it is, whether it lives. */
import type { Endpoint } from '../base/address.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import type { KeyPair } from '../crypto/x25519.ts';
import type { RelayMessage } from '../wire/relay.ts';
import { isSameEndpoint } from './endpoints.ts';
import { clientOf, type Token } from './identity.ts';
import { placeKeyOf } from './place-key.ts';
import { macOfRegister, registerMessage } from './relay-messages.ts';
import { isSameBytes } from './same-bytes.ts';

export interface RelayPlace {
  readonly main: Endpoint;
  /** Another address and port of the same relay: by it a device learns how its box maps. */
  readonly alternate: Endpoint | undefined;
}

/** With the key by which it is known to be that relay. */
export interface KnownRelay extends RelayPlace {
  readonly publicKey: Uint8Array;
}

export interface RelayLink {
  readonly place: RelayPlace;
  /** Undefined: the relay's key is none, so nothing can be asked of it. */
  readonly placeKey: Uint8Array | undefined;
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

export function createRelayLink(keys: KeyPair, place: KnownRelay): RelayLink {
  const placeKey = placeKeyOf(keys, place.publicKey);
  return {
    ...{
      place,
      placeKey,
      ticket: 0,
      oldTicket: 0,
      observed: undefined,
      observedAlternate: undefined,
    },
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

/** Who asks a relay. */
export interface Asker {
  readonly keys: KeyPair;
  readonly token: Token;
}

/** Asks to be registered, and by the alternate address where it is seen from there. */
export function askRelay(
  link: RelayLink,
  nowNs: number,
  asker: Asker,
  keepNs: number,
  transmit: Transmit,
): void {
  const { placeKey } = link;
  if (placeKey === undefined) {
    link.nextNs = never;
    return;
  }
  transmit(link.place.main, makeQuestion(link, placeKey, nowNs, asker, false));
  link.unanswered += 1;
  if (link.place.alternate !== undefined && link.observedAlternate === undefined) {
    transmit(link.place.alternate, makeQuestion(link, placeKey, nowNs, asker, true));
  }
  const pauseNs = Math.max(firstPauseNs, 2 * link.rttNs) * 2 ** (link.unanswered - 1);
  link.nextNs = nowNs + Math.min(pauseNs, longestPauseNs, keepNs);
}

function makeQuestion(
  link: RelayLink,
  placeKey: Uint8Array,
  nowNs: number,
  { keys: { publicKey }, token: { id, secret } }: Asker,
  probe: boolean,
): Uint8Array {
  const timeUs = Math.max(link.lastTimeUs + 1, Math.floor(nowNs / 1_000));
  link.lastTimeUs = timeUs;
  link.asked.set(timeUs, { sentNs: nowNs, probe });
  const rttUs = Math.round(link.rttNs / 1_000);
  const [client, { ticket }] = [clientOf(publicKey), link];
  const told = { probe, client, publicKey, token: id, ticket, timeUs, rttUs };
  return registerMessage(secret, placeKey, told);
}

type Registered = RelayMessage & { readonly kind: 'registered' };

/** False: not what that relay says to a question of ours. */
export function noteRegistered(
  link: RelayLink,
  nowNs: number,
  bytes: Uint8Array,
  message: Registered,
  keepNs: number,
): boolean {
  const [asked, { placeKey }] = [link.asked.get(message.timeUs), link];
  if (asked === undefined || placeKey === undefined) return false;
  if (!isSameBytes(macOfRegister(placeKey, bytes), message.mac)) return false;
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
