/**
 * The relay: passes sealed packets between clients that hold a token, and tells each of two that talk
 * where the other is seen. It never answers with more bytes than came, says nothing to strangers, and
 * sends an address that has not shown yet that it hears us at most three times what came from it.
 */
import type { Endpoint } from '../base/address.ts';
import { readU48 } from '../base/bytes.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { KeyPair } from '../crypto/x25519.ts';
import type { RecordSink } from '../trace/record.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseRelay, relayBytes, relayOffset, relayType, sendFlag } from '../wire/relay.ts';
import { isSameEndpoint } from './endpoints.ts';
import { clientOf, type Token } from './identity.ts';
import { placeKeyOf } from './place-key.ts';
import { allow, createQuota, type Quota, type QuotaLimits } from './quota.ts';
import {
  deliverMessage,
  introduceMessage,
  macOfRegister,
  proofOfRegister,
  type Register,
  refusedMessage,
  registeredMessage,
  ticketOf,
} from './relay-messages.ts';
import { isSameBytes } from './same-bytes.ts';

export interface RelayToken extends Token, QuotaLimits {}

export interface RelayOptions {
  readonly tokens: readonly RelayToken[];
  /** Tickets are made with it as well: who restarts with the same one knows its clients' tickets. */
  readonly keys: KeyPair;
  /** A client that was not heard for so long is forgotten. */
  readonly lifetimeNs: number;
  readonly mostClients: number;
}

export interface RelaySink extends RecordSink {
  /** `socket`: 0 is the one that clients use, 1 the other, by which they learn how their box maps. */
  transmit(socket: number, to: Endpoint, bytes: Uint8Array): void;
}

interface Client {
  readonly id: number;
  readonly token: RelayToken;
  readonly quota: Quota;
  /** As text, a character a byte: a view on 32 bytes would cost a relay 200 more for each client. */
  readonly placeKey: string;
  endpoint: Endpoint;
  ticket: number;
  /** That of its last place: what it sends before it knows the new one bears it. */
  oldTicket: number;
  /** It has shown a ticket that was sent to its endpoint. */
  isConfirmed: boolean;
  /** Since it has this endpoint. */
  heardBytes: number;
  sentBytes: number;
  rttNs: number;
  lastTimeUs: number;
  lastHeardNs: number;
  refusedNs: number;
  /** Undefined: to nobody yet. Most of a relay's clients are idle. */
  introducedNs: Map<number, number> | undefined;
}

export interface Relay {
  readonly options: RelayOptions;
  readonly ticketSecret: Uint8Array;
  readonly clients: Map<number, Client>;
  readonly byTicket: Map<number, Client>;
  readonly tokens: ReadonlyMap<number, RelayToken>;
  readonly quotas: Map<number, Quota>;
  readonly relayed: { packets: number; bytes: number; refused: number };
  deadlineNs: number;
}

const sweepNs = 10 * nsPerSecond;
/** Who asks to be introduced again and again is introduced so often at most. */
const introductionPauseNs = 2 * nsPerMs;
const refusalPauseNs = 50 * nsPerMs;

export function createRelay(options: RelayOptions): Relay {
  return {
    options,
    // Nobody else can agree on anything with the relay on behalf of itself.
    ticketSecret: placeKeyOf(options.keys, options.keys.publicKey)!,
    clients: new Map(),
    byTicket: new Map(),
    tokens: new Map(options.tokens.map((token) => [token.id, token])),
    quotas: new Map(options.tokens.map((token) => [token.id, createQuota()])),
    relayed: { packets: 0, bytes: 0, refused: 0 },
    deadlineNs: sweepNs,
  };
}

export function receiveAtRelay(
  relay: Relay,
  nowNs: number,
  socket: number,
  from: Endpoint,
  bytes: Uint8Array,
  sink: RelaySink,
): void {
  if (bytes[0] === relayType.send && bytes.length >= relayBytes.header) {
    forward(relay, nowNs, from, bytes, sink);
    return;
  }
  const message = parseRelay(bytes, 0, bytes.length);
  if (isMalformed(message) || message.kind !== 'register') return;
  register(relay, nowNs, socket, from, bytes, message, sink);
}

/** Forgets who was not heard of for long. */
export function advanceRelay(relay: Relay, nowNs: number): void {
  if (nowNs < relay.deadlineNs) return;
  relay.deadlineNs = nowNs + sweepNs;
  for (const client of relay.clients.values()) {
    if (nowNs - client.lastHeardNs > relay.options.lifetimeNs) forget(relay, client);
  }
}

function forget(relay: Relay, client: Client): void {
  relay.clients.delete(client.id);
  client.quota.clients -= 1;
  client.quota.peers.delete(client.id);
  relay.byTicket.delete(client.oldTicket);
  relay.byTicket.delete(client.ticket);
}

function register(
  relay: Relay,
  nowNs: number,
  socket: number,
  from: Endpoint,
  bytes: Uint8Array,
  message: Register,
  sink: RelaySink,
): void {
  const token = relay.tokens.get(message.token);
  if (token === undefined || nowNs > token.untilNs) return;
  if (!isSameBytes(macOfRegister(token.secret, bytes), message.mac)) return;
  const known = relay.clients.get(message.client);
  if (known !== undefined && message.timeUs <= known.lastTimeUs) return;
  const placeKey = provenKey(relay, known, bytes, message);
  if (placeKey === undefined) return;
  const ticket = ticketOf(relay.ticketSecret, message.client, from);
  if (!message.probe) {
    const client = known ?? admit(relay, message.client, token, placeKey, from);
    if (client === undefined) return;
    noteRegistration(relay, nowNs, client, from, ticket, message, sink);
    client.sentBytes += relayBytes.registered;
  } else if (known !== undefined) known.lastTimeUs = message.timeUs;
  const answer = registeredMessage(placeKey, message, from, message.probe ? 0 : ticket);
  sink.transmit(socket, from, answer);
}

/** Undefined: who asks has not the key that the client's number is made of. */
function provenKey(
  { options }: Relay,
  known: Client | undefined,
  bytes: Uint8Array,
  { client, publicKey, proof }: Register,
): Uint8Array | undefined {
  if (clientOf(publicKey) !== client) return undefined;
  const placeKey =
    known === undefined
      ? placeKeyOf(options.keys, publicKey)
      : Buffer.from(known.placeKey, 'latin1');
  if (placeKey === undefined) return undefined;
  return isSameBytes(proofOfRegister(placeKey, bytes), proof) ? placeKey : undefined;
}

function admit(
  relay: Relay,
  id: number,
  token: RelayToken,
  placeKey: Uint8Array,
  from: Endpoint,
): Client | undefined {
  if (relay.clients.size >= relay.options.mostClients) return undefined;
  const quota = relay.quotas.get(token.id)!;
  if (quota.clients >= token.clients) return undefined;
  quota.clients += 1;
  const client: Client = {
    placeKey: Buffer.from(placeKey).toString('latin1'),
    ...{ id, token, quota, endpoint: from, ticket: 0, oldTicket: 0, isConfirmed: false },
    ...{ heardBytes: 0, sentBytes: 0, rttNs: 0, lastTimeUs: -1, lastHeardNs: 0 },
    refusedNs: -refusalPauseNs,
    introducedNs: undefined,
  };
  relay.clients.set(id, client);
  return client;
}

function noteRegistration(
  relay: Relay,
  nowNs: number,
  client: Client,
  from: Endpoint,
  ticket: number,
  message: Register,
  sink: RelaySink,
): void {
  const isNew = client.ticket === 0;
  if (isNew || client.ticket !== ticket) moveClient(relay, client, from, ticket);
  if (message.ticket === ticket) confirm(relay, client, sink);
  client.heardBytes += relayBytes.register;
  if (message.rttUs > 0) client.rttNs = message.rttUs * 1_000;
  client.lastTimeUs = message.timeUs;
  client.lastHeardNs = nowNs;
  if (isNew) sink.record('relay.registered', { client: nameOf(client.id) });
}

/** It came by another address; or somebody on its way sent its word on with another sender. */
function moveClient(relay: Relay, client: Client, from: Endpoint, ticket: number): void {
  relay.byTicket.delete(client.oldTicket);
  client.oldTicket = client.ticket;
  client.endpoint = from;
  client.ticket = ticket;
  client.isConfirmed = false;
  client.heardBytes = 0;
  client.sentBytes = 0;
  relay.byTicket.set(ticket, client);
}

/** It does hear there: those it talks to learn where it went. */
function confirm(relay: Relay, client: Client, sink: RelaySink): void {
  if (client.isConfirmed) return;
  client.isConfirmed = true;
  for (const peer of client.introducedNs?.keys() ?? []) {
    const other = relay.clients.get(peer);
    if (other !== undefined) introduceTo(other, client, sink);
  }
}

function forward(
  relay: Relay,
  nowNs: number,
  from: Endpoint,
  bytes: Uint8Array,
  sink: RelaySink,
): void {
  const ticket = readU48(bytes, relayOffset.ticket);
  const client = relay.byTicket.get(ticket);
  if (client === undefined) return;
  const to = readU48(bytes, relayOffset.client);
  // Its box gave it another port: what it sends is relayed, and it is asked to register from there.
  const isElsewhere = !isSameEndpoint(client.endpoint, from);
  const isAsked = isElsewhere && askToRegister(client, nowNs, from, ticket, to, sink);
  if (!isElsewhere) {
    if (ticket === client.ticket) confirm(relay, client, sink);
    client.heardBytes += bytes.length;
  }
  client.lastHeardNs = nowNs;
  const other = relay.clients.get(to);
  if (
    other === undefined ||
    !allow(client.quota, client.token, nowNs, client.id, to, bytes.length)
  ) {
    relay.relayed.refused += 1;
    const reason = other === undefined ? 'unknown-peer' : 'over-quota';
    // One answer for a datagram; with the ticket that came, as the newer one proves another place.
    if (!isAsked) sink.transmit(0, from, refusedMessage(reason, ticket, to));
    return;
  }
  relay.relayed.packets += 1;
  relay.relayed.bytes += bytes.length;
  sendTo(other, deliverMessage(bytes, other.ticket, client.id), sink);
  if ((bytes[1]! & sendFlag.introduce) !== 0) introduce(nowNs, client, other, sink);
}

/** Once for all that is on its way; false: it was just now. */
function askToRegister(
  client: Client,
  nowNs: number,
  from: Endpoint,
  ticket: number,
  to: number,
  sink: RelaySink,
): boolean {
  if (nowNs - client.refusedNs < refusalPauseNs) return false;
  client.refusedNs = nowNs;
  sink.transmit(0, from, refusedMessage('unknown-ticket', ticket, to));
  return true;
}

/** At most three times what came, to whom nobody knows yet whether it hears us. */
function sendTo(client: Client, bytes: Uint8Array, sink: RelaySink): void {
  if (!client.isConfirmed && client.sentBytes + bytes.length > 3 * client.heardBytes) return;
  client.sentBytes += bytes.length;
  sink.transmit(0, client.endpoint, bytes);
}

function introduce(nowNs: number, one: Client, other: Client, sink: RelaySink): void {
  const lastNs = one.introducedNs?.get(other.id);
  if (lastNs !== undefined && nowNs - lastNs < introductionPauseNs) return;
  noteIntroduced(one, other, nowNs);
  noteIntroduced(other, one, nowNs);
  sink.record('relay.introduced', { one: nameOf(one.id), other: nameOf(other.id) });
  // Twice: who does not hear of it in time may find its box spoiled by the other's first packet.
  for (let copy = 0; copy < 2; copy++) {
    introduceTo(other, one, sink);
    introduceTo(one, other, sink);
  }
}

function noteIntroduced(client: Client, peer: Client, nowNs: number): void {
  client.introducedNs ??= new Map();
  client.introducedNs.set(peer.id, nowNs);
}

/** Nobody is told of a place before it is proved: it would be probed, and may be a victim's. */
function introduceTo(client: Client, peer: Client, sink: RelaySink): void {
  if (!peer.isConfirmed) return;
  const leadNs = Math.max(0, (peer.rttNs - client.rttNs) / 2);
  const wayNs = (peer.rttNs + client.rttNs) / 2;
  sendTo(client, introduceMessage(peer.endpoint, client.ticket, peer.id, leadNs, wayNs), sink);
}

function nameOf(client: number): string {
  return client.toString(16).padStart(12, '0');
}
