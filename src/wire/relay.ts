/**
 * What a relay and its clients say to each other over UDP; a format of ours. No answer is longer than
 * what it answers. Clients and tickets are 48-bit numbers; times are microseconds.
 *
 *   0        1        2                 8                14                20                26       32
 *   +--------+--------+-----------------+-----------------+-----------------+-----------------+--------+
 *   |  0x10  | probe  | client          | token           | ticket          | time            | 0   0  |
 *   +--------+--------+--------+--------+-----------------+-----------------+--------+--------+--------+
 *   | (28) round trip          | (32) MAC of the token over all before it, 16 bytes                (48)|
 *   +--------------------------+-----------------------------------------------------------------------+
 *   | (48) public key of the client, 32 bytes             | (80) proof: MAC of the place, 16 bytes (96)|
 *   +--------------------------+-----------------------------------------------------------------------+
 *   |  0x11  | (1) observed endpoint, 19 bytes: packed-endpoint.ts | (20) time | (26) ticket | (32) MAC |
 *   +-----------------------------------------------------------------------------------------------+--+
 *   |  0x12  | flags  | ticket          | to              | 0     0 | (16) payload             send  |
 *   |  0x13  |   0    | ticket          | from            | 0     0 | (16) payload          deliver  |
 *   |  0x14  | (1) endpoint of the peer, 19 bytes | (20) ticket | (26) peer | (32) lead | (36) way (40)|
 *   |  0x15  | reason | ticket          | to              | 0     0 |                       refused  |
 *   +--------+--------+-----------------+-----------------+---------+---------------------------------+
 *
 *   MAC of the place: by what the keys of client and relay agree on (src/punch/place-key.ts), over all before
 *   it; that of 0x11 as well.
 *   probe (0x10): 1 asks for the observed endpoint only. flags (0x12): 1 asks for an introduction.
 *   lead: how much earlier this peer hears of it than the other. way: one way from peer to peer.
 */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import { readU32, readU48, writeU16, writeU32, writeU48 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';
import { packedEndpointBytes, readPackedEndpoint, writePackedEndpoint } from './packed-endpoint.ts';

export const relayType = {
  register: 0x10,
  registered: 0x11,
  send: 0x12,
  deliver: 0x13,
  introduce: 0x14,
  refused: 0x15,
} as const;

export const relayBytes = {
  register: 96,
  registered: 48,
  /** Of `send` and `deliver`: the payload begins here. */
  header: 16,
  introduce: 40,
  refused: 16,
} as const;

/** The MAC of `register` and `registered` covers what stands before it. */
export const relayMacOffset = 32;
export const relayMacBytes = 16;
export const relayKeyBytes = 32;
const registerKeyOffset = relayMacOffset + relayMacBytes;
export const registerProofOffset = registerKeyOffset + relayKeyBytes;
export const relayOffset = { flags: 1, ticket: 2, client: 8 } as const;
export const sendFlag = { introduce: 1 } as const;

export const refusals = ['unknown-ticket', 'unknown-peer', 'over-quota'] as const;
export type Refusal = (typeof refusals)[number];

export type RelayMessage =
  | {
      readonly kind: 'register';
      readonly probe: boolean;
      readonly client: number;
      readonly token: number;
      readonly ticket: number;
      readonly timeUs: number;
      readonly rttUs: number;
      readonly mac: Uint8Array;
      readonly publicKey: Uint8Array;
      readonly proof: Uint8Array;
    }
  | {
      readonly kind: 'registered';
      readonly observed: Endpoint;
      readonly timeUs: number;
      readonly ticket: number;
      readonly mac: Uint8Array;
    }
  | {
      readonly kind: 'send';
      readonly introduce: boolean;
      readonly ticket: number;
      readonly to: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: 'deliver';
      readonly ticket: number;
      readonly from: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly kind: 'introduce';
      readonly endpoint: Endpoint;
      readonly ticket: number;
      readonly peer: number;
      readonly leadUs: number;
      readonly wayUs: number;
    }
  | {
      readonly kind: 'refused';
      readonly reason: Refusal;
      readonly ticket: number;
      readonly to: number;
    };

type Kind = RelayMessage['kind'];
type Of<K extends Kind> = Extract<RelayMessage, { readonly kind: K }>;

const kindByType: ReadonlyMap<number, Kind> = new Map(
  Object.entries(relayType).map(([kind, type]) => [type, kind as Kind]),
);

export function parseRelay(bytes: Uint8Array, at: number, end: number): RelayMessage | Malformed {
  const kind = end > at ? kindByType.get(bytes[at]!) : undefined;
  if (kind === undefined) return malformed('relay: no such message');
  const isOpen = kind === 'send' || kind === 'deliver';
  const wanted = isOpen ? relayBytes.header : relayBytes[kind];
  if (isOpen ? end - at < wanted : end - at !== wanted) {
    return malformed(`relay: ${kind} of ${end - at} bytes, not ${wanted}`);
  }
  return parsers[kind](bytes, at, end) ?? malformed(`relay: ${kind} with a value that is none`);
}

type Parse = (bytes: Uint8Array, at: number, end: number) => RelayMessage | undefined;

const parsers: Readonly<Record<Kind, Parse>> = {
  register: (bytes, at) => ({
    kind: 'register',
    probe: bytes[at + 1] === 1,
    client: readU48(bytes, at + 2),
    token: readU48(bytes, at + 8),
    ticket: readU48(bytes, at + 14),
    timeUs: readU48(bytes, at + 20),
    rttUs: readU32(bytes, at + 28),
    mac: macOf(bytes, at),
    publicKey: bytes.slice(at + registerKeyOffset, at + registerProofOffset),
    proof: bytes.slice(at + registerProofOffset, at + relayBytes.register),
  }),
  registered: (bytes, at) => {
    const observed = readShifted(bytes, at);
    const timeUs = readU48(bytes, at + 20);
    const ticket = readU48(bytes, at + 26);
    return observed && { kind: 'registered', observed, timeUs, ticket, mac: macOf(bytes, at) };
  },
  send: (bytes, at, end) => ({
    kind: 'send',
    introduce: (bytes[at + 1]! & sendFlag.introduce) !== 0,
    ticket: readU48(bytes, at + relayOffset.ticket),
    to: readU48(bytes, at + relayOffset.client),
    payload: bytes.slice(at + relayBytes.header, end),
  }),
  deliver: (bytes, at, end) => ({
    kind: 'deliver',
    ticket: readU48(bytes, at + relayOffset.ticket),
    from: readU48(bytes, at + relayOffset.client),
    payload: bytes.slice(at + relayBytes.header, end),
  }),
  introduce: (bytes, at) => {
    const endpoint = readShifted(bytes, at);
    const [ticket, peer] = [readU48(bytes, at + 20), readU48(bytes, at + 26)];
    const [leadUs, wayUs] = [readU32(bytes, at + 32), readU32(bytes, at + 36)];
    return endpoint && { kind: 'introduce', endpoint, ticket, peer, leadUs, wayUs };
  },
  refused: (bytes, at) => {
    const reason = refusals[bytes[at + 1]!];
    const [ticket, to] = [readU48(bytes, at + 2), readU48(bytes, at + 8)];
    return reason && { kind: 'refused', reason, ticket, to };
  },
};

function macOf(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.slice(at + relayMacOffset, at + relayMacOffset + relayMacBytes);
}

/** The message's type stands before the family, where a packed endpoint has its mark behind it. */
function readShifted(bytes: Uint8Array, at: number): Endpoint | undefined {
  const room = bytes.slice(at, at + packedEndpointBytes);
  room[0] = room[1]!;
  return readPackedEndpoint(room, 0);
}

function writeShifted(bytes: Uint8Array, at: number, type: number, endpoint: Endpoint): void {
  writePackedEndpoint(bytes, at, endpoint, typeof endpoint.address === 'number' ? 4 : 6);
  bytes[at] = type;
}

export function measureRelay(message: RelayMessage): number {
  const { kind } = message;
  if (kind !== 'send' && kind !== 'deliver') return relayBytes[kind];
  return relayBytes.header + message.payload.length;
}

export function emitRelay(bytes: Uint8Array, at: number, message: RelayMessage): number {
  const end = at + measureRelay(message);
  bytes.fill(0, at, end);
  bytes[at] = relayType[message.kind];
  switch (message.kind) {
    case 'register':
      emitRegister(bytes, at, message);
      break;
    case 'registered':
      writeShifted(bytes, at, relayType.registered, message.observed);
      writeU48(bytes, at + 20, message.timeUs);
      writeU48(bytes, at + 26, message.ticket);
      bytes.set(message.mac, at + relayMacOffset);
      break;
    case 'introduce':
      emitIntroduce(bytes, at, message);
      break;
    case 'send':
      emitRelayHeader(bytes, at, message.introduce ? sendFlag.introduce : 0, message, message.to);
      bytes.set(message.payload, at + relayBytes.header);
      break;
    case 'deliver':
      emitRelayHeader(bytes, at, 0, message, message.from);
      bytes.set(message.payload, at + relayBytes.header);
      break;
    case 'refused':
      emitRelayHeader(bytes, at, refusals.indexOf(message.reason), message, message.to);
      break;
    default:
      message satisfies never;
  }
  return end;
}

function emitRegister(bytes: Uint8Array, at: number, message: Of<'register'>): void {
  bytes[at + 1] = message.probe ? 1 : 0;
  writeU48(bytes, at + 2, message.client);
  writeU48(bytes, at + 8, message.token);
  writeU48(bytes, at + 14, message.ticket);
  writeU48(bytes, at + 20, message.timeUs);
  writeU32(bytes, at + 28, message.rttUs);
  bytes.set(message.mac, at + relayMacOffset);
  bytes.set(message.publicKey, at + registerKeyOffset);
  bytes.set(message.proof, at + registerProofOffset);
}

function emitIntroduce(bytes: Uint8Array, at: number, message: Of<'introduce'>): void {
  writeShifted(bytes, at, relayType.introduce, message.endpoint);
  writeU48(bytes, at + 20, message.ticket);
  writeU48(bytes, at + 26, message.peer);
  writeU32(bytes, at + 32, message.leadUs);
  writeU32(bytes, at + 36, message.wayUs);
}

/** What stands after the type; the rest of the 16 bytes is zero already. */
function emitRelayHeader(
  bytes: Uint8Array,
  at: number,
  flags: number,
  { ticket }: { readonly ticket: number },
  client: number,
): void {
  bytes[at + relayOffset.flags] = flags;
  writeU48(bytes, at + relayOffset.ticket, ticket);
  writeU48(bytes, at + relayOffset.client, client);
  writeU16(bytes, at + 14, 0);
}

export function describeRelay(message: RelayMessage): string {
  switch (message.kind) {
    case 'register':
      return `relay register ${nameOf(message.client)}${message.probe ? ', probe' : ''}`;
    case 'registered':
      return `relay registered, seen as ${formatEndpoint(message.observed)}`;
    case 'send':
      return `relay send to ${nameOf(message.to)}, ${message.payload.length} bytes`;
    case 'deliver':
      return `relay deliver from ${nameOf(message.from)}, ${message.payload.length} bytes`;
    case 'introduce':
      return `relay introduce ${nameOf(message.peer)} at ${formatEndpoint(message.endpoint)}`;
    case 'refused':
      return `relay refused ${nameOf(message.to)}: ${message.reason}`;
  }
}

function nameOf(client: number): string {
  return client.toString(16).padStart(12, '0');
}
