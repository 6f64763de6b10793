/** What a device knows: itself, its relays, and each of its peers. */

import type { Endpoint } from '../base/address.ts';
import type { Aead } from '../base/aead.ts';
import type { Prefix } from '../base/prefix.ts';
import { never } from '../base/time.ts';
import type { Initiation, Invitation, PreparedInitiation } from '../crypto/noise-ik.ts';
import type { KeyPair } from '../crypto/x25519.ts';
import type { RecordSink } from '../trace/record.ts';
import type { Offer } from '../wire/punch-message.ts';
import { type Arrival, createArrival } from './arrival.ts';
import type { DirectPath } from './direct-path.ts';
import { clientOf, type Token } from './identity.ts';
import { createIdleTimer, type IdleTimer } from './idle-timer.ts';
import type { PortMapping } from './port-mapping.ts';
import { createProbeBudget, type ProbeBudget } from './probe-budget.ts';
import { createRelayLink, type KnownRelay, type RelayLink } from './relay-link.ts';
import { createSentRing, type SentRing } from './sent-ring.ts';
import type { Session } from './session.ts';
import type { StepSource } from './step-source.ts';

/** Which path packets take. The last two show what the first one is worth. */
export const pathUses = [
  'direct-when-established',
  'direct-when-better',
  'never-switch',
  'punch-then-send',
] as const;
export type PathUse = (typeof pathUses)[number];

/** What may be left out, to see what it is worth: each is a control, and none is of use otherwise. */
export const omissions = [
  /** What comes by the newer path waits for nothing. */
  'order',
  /** The first packet is one like all others, and may come to a box that is not open yet. */
  'opener',
  /** What was sent directly is not kept for the relay. */
  'ring',
  /** While the direct path is suspected, packets go by it alone. */
  'doubling',
] as const;
export type Omission = (typeof omissions)[number];

export interface PeerOptions {
  readonly name: string;
  readonly publicKey: Uint8Array;
  /** What applications reach through it. */
  readonly networks: readonly Prefix[];
}

export interface DeviceOptions {
  readonly keys: KeyPair;
  readonly token: Token;
  readonly relays: readonly KnownRelay[];
  readonly peers: readonly PeerOptions[];
  readonly use: PathUse;
  /** Undefined: nothing is left out. */
  readonly without?: Omission | undefined;
  /** How long punching waits after the first word of a peer: what is relayed does not wait. */
  readonly punchDelayNs: number;
  /** Whether ports of a box that draws them may be looked for by trying, here and at the peer. */
  readonly search: boolean;
  /** A record for each packet: from the kernel, wrapped, to the kernel. */
  readonly trace: boolean;
  /** Writes chance into all of the bytes. */
  readonly fillRandom: (bytes: Uint8Array) => void;
  /** Left out: that of Node. */
  readonly aead?: Aead | undefined;
}

/** What a device does. It hands bytes over: the callee copies what it keeps. */
export interface DeviceSink extends RecordSink {
  transmit(socket: number, to: Endpoint, bytes: Uint8Array, ttl?: number): void;
  /** An IP packet for an application. */
  deliver(packet: Uint8Array): void;
  /** Opens so many sockets more and returns the number of the first; the rest follow it. */
  openSockets(count: number): number;
  closeSockets(first: number, count: number): void;
}

export interface DirectWay {
  readonly socket: number;
  readonly to: Endpoint;
}

export interface ProbeStep {
  readonly atNs: number;
  readonly socket: number;
  readonly to: Endpoint;
  readonly source: StepSource;
  readonly ttl: number | undefined;
}

/** A probe on its way: an echo with its number proves the path in both directions. */
export interface SentProbe {
  readonly sentNs: number;
  readonly socket: number;
  readonly to: Endpoint;
  readonly source: StepSource;
}

export interface PathCounts {
  relayedOut: number;
  relayedIn: number;
  directOut: number;
  directIn: number;
  /** Sent by the relay as well, because the direct path was suspected. */
  doubled: number;
  probes: number;
}

export interface Peer {
  readonly options: PeerOptions;
  readonly client: number;
  /** What its static key and ours agree on, once that was asked for. */
  staticSecret: Uint8Array | undefined;
  session: Session | undefined;
  /** The other's own, while ours is the one that counts: what came early in it is read. */
  secondary: Session | undefined;
  /** With new keys, until the other has shown that it has them as well. */
  next: Session | undefined;
  initiation: PendingInitiation | undefined;
  /** For the first packet, which then waits for no key to be agreed on. */
  readied: ReadiedKeys | undefined;
  /** An initiation that was read, and is answered next. */
  asked: Asked | undefined;
  /** To the initiation with that hash: it is given again where that one comes again. */
  answer: { readonly to: Uint8Array; readonly bytes: Uint8Array } | undefined;
  /** The time in the last initiation that was accepted, in microseconds of the other's clock. */
  lastTimeUs: number;
  /** When a first word was said to or by it; undefined: never. */
  firstNs: number | undefined;
  isRelayUsed: boolean;
  /** One way through the relay, as far as is known. */
  wayNs: number;
  observed: Endpoint | undefined;
  offer: Offer | undefined;
  steps: ProbeStep[];
  readonly planned: Map<string, number>;
  readonly probes: Map<number, SentProbe>;
  /** Which round of tries this is; 0: none has begun. */
  wave: number;
  nextWaveNs: number;
  searchedNs: number;
  searchAtNs: number;
  search: { first: number; count: number } | undefined;
  /** The socket for tries of our own where our box draws its ports. */
  aside: number | undefined;
  /** Punching is delayed until then; undefined: there was no reason to punch yet. */
  punchFromNs: number | undefined;
  isPunchHeld: boolean;
  route: 'relay' | 'direct';
  path: DirectPath | undefined;
  spare: DirectPath | undefined;
  epoch: number;
  fenceAgainNs: number;
  fenceAgainWay: DirectWay | undefined;
  /** Back on the relay because it is the shorter way: it is for as long. */
  stayUntilNs: number;
  readonly idle: IdleTimer;
  readonly arrival: Arrival;
  readonly ring: SentRing;
  waiting: Uint8Array[];
  lastOutNs: number;
  lastInNs: number;
  receivedBytes: number;
  readonly budget: ProbeBudget;
  highestPacket: number;
  readonly counts: PathCounts;
}

export interface PendingInitiation {
  readonly initiation: Initiation;
  /** With room for a relay's header before it. */
  readonly bytes: Uint8Array;
  tries: number;
  nextNs: number;
}

/** Used once, or forgotten when they are old. */
export interface ReadiedKeys {
  readonly prepared: PreparedInitiation;
  readonly madeNs: number;
}

export interface Asked {
  readonly session: Session;
  readonly invitation: Invitation;
  readonly hash: Uint8Array;
  readonly atNs: number;
}

export interface Device {
  readonly options: DeviceOptions;
  readonly client: number;
  readonly links: readonly RelayLink[];
  readonly peers: readonly Peer[];
  readonly byClient: ReadonlyMap<number, Peer>;
  /** The socket that speaks with relays and, where it can, with peers. */
  socket: number;
  /** Of the other IP family, for peers only; undefined: there is none. */
  otherSocket: number | undefined;
  /** Its own addresses with those sockets' ports. */
  own: readonly Endpoint[];
  /** What the box before us is asked for; undefined: nobody is asked. */
  mapping: PortMapping | undefined;
  deadlineNs: number;
}

export function createDevice(
  options: DeviceOptions,
  socket: number,
  own: readonly Endpoint[],
): Device {
  const peers = options.peers.map(createPeer);
  return {
    options,
    client: clientOf(options.keys.publicKey),
    links: options.relays.map((relay) => createRelayLink(options.keys, relay)),
    peers,
    byClient: new Map(peers.map((peer) => [peer.client, peer])),
    ...{ socket, otherSocket: undefined, own, mapping: undefined, deadlineNs: 0 },
  };
}

function createPeer(options: PeerOptions): Peer {
  return {
    ...{ options, client: clientOf(options.publicKey), session: undefined },
    ...{ secondary: undefined, next: undefined },
    ...{ initiation: undefined, readied: undefined, asked: undefined, staticSecret: undefined },
    ...{ answer: undefined, lastTimeUs: -1, firstNs: undefined },
    ...{ isRelayUsed: false, wayNs: 0, observed: undefined, offer: undefined },
    ...{ steps: [], planned: new Map(), probes: new Map(), wave: 0, nextWaveNs: never },
    ...{
      searchedNs: -never,
      searchAtNs: never,
      search: undefined,
      aside: undefined,
      punchFromNs: undefined,
      isPunchHeld: false,
    },
    ...{ route: 'relay', path: undefined, spare: undefined, epoch: 0, fenceAgainNs: never },
    ...{ fenceAgainWay: undefined, stayUntilNs: -never },
    ...{
      idle: createIdleTimer(),
      arrival: createArrival(),
      ring: createSentRing(),
      waiting: [],
      lastOutNs: -never,
      lastInNs: -never,
    },
    ...{ receivedBytes: 0, budget: createProbeBudget(), highestPacket: 0 },
    counts: { relayedOut: 0, relayedIn: 0, directOut: 0, directIn: 0, doubled: 0, probes: 0 },
  };
}
