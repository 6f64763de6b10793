/**
 * What stands within a peer's sealed packets (punch.ts); a format of ours.
 *
 *   0        1        2        3        4                          8                24           32
 *   +--------+-------------------------------------------------------------------------------------+
 *   |   1    | an IP packet                                                                   - - |
 *   +--------+--------+-----------------+--------------------------+----------------+------------+
 *   |   2    |   0    |   0        0    | probe                    |                             (8)
 *   |   3    | (1) where the probe came from: family, port, address | probe (20)     | (24) received | (32)
 *   |   4    | kind   | step            | last port | count | search | (8) count packed endpoints, 20 bytes each
 *   |   5    |   0    | epoch           |                           the last packet of the epoch before is out (4)
 *   +--------+--------+-----------------+--------------------------------------------------------------+
 *
 *   received: the highest counter of a packet that arrived. kind, step, last port: of the box that the
 *   sender is behind. search: 1 allows to look for its port by trying. The mark of an endpoint says how the sender knows it.
 */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';
import { packedEndpointBytes, readPackedEndpoint, writePackedEndpoint } from './packed-endpoint.ts';

export const punchMessageType = { packet: 1, probe: 2, echo: 3, offer: 4, fence: 5 } as const;

/** What a peer knows of the boxes that it is behind: none, or how they choose external ports. */
export const boxKinds = ['unknown', 'none', 'independent', 'sequential', 'random'] as const;
export type BoxKind = (typeof boxKinds)[number];

export const candidateSources = ['host', 'observed', 'mapped'] as const;
export type CandidateSource = (typeof candidateSources)[number];

export interface Candidate {
  readonly source: CandidateSource;
  readonly endpoint: Endpoint;
}

export interface Offer {
  readonly kind: 'offer';
  readonly box: BoxKind;
  /** From one external port to the next. */
  readonly step: number;
  /** The external port that was given out last. */
  readonly lastPort: number;
  /** It agrees that the other tries many of its box's ports. */
  readonly search: boolean;
  readonly candidates: readonly Candidate[];
}

export type PunchMessage =
  | { readonly kind: 'packet'; readonly packet: Uint8Array }
  | { readonly kind: 'probe'; readonly probe: number }
  | {
      readonly kind: 'echo';
      readonly probe: number;
      readonly observed: Endpoint;
      readonly received: number;
    }
  | Offer
  | { readonly kind: 'fence'; readonly epoch: number };

export const mostCandidates = 16;
const offerHeaderBytes = 8;
export const probeMessageBytes = 8;
const echoBytes = 32;

export function parsePunchMessage(
  bytes: Uint8Array,
  at: number,
  end: number,
): PunchMessage | Malformed {
  const length = end - at;
  // Every message says more than its type.
  if (length < 2) return malformed(`punch message: ${length} bytes`);
  switch (bytes[at]) {
    case punchMessageType.packet:
      return { kind: 'packet', packet: bytes.slice(at + 1, end) };
    case punchMessageType.probe:
      if (length !== probeMessageBytes) break;
      return { kind: 'probe', probe: readU32(bytes, at + 4) };
    case punchMessageType.echo:
      return parseEcho(bytes, at, length);
    case punchMessageType.offer:
      return parseOffer(bytes, at, length);
    case punchMessageType.fence:
      if (length !== 4) break;
      return { kind: 'fence', epoch: readU16(bytes, at + 2) };
  }
  return malformed(`punch message: type ${bytes[at]} of ${length} bytes`);
}

function parseEcho(bytes: Uint8Array, at: number, length: number): PunchMessage | Malformed {
  if (length !== echoBytes) return malformed(`punch message: an echo of ${length} bytes`);
  const room = bytes.slice(at, at + packedEndpointBytes);
  room[0] = room[1]!;
  const observed = readPackedEndpoint(room, 0);
  const received = readU64(bytes, at + 24);
  if (observed === undefined || received > Number.MAX_SAFE_INTEGER) {
    return malformed('punch message: an echo with a value that is none');
  }
  return { kind: 'echo', probe: readU32(bytes, at + 20), observed, received };
}

function parseOffer(bytes: Uint8Array, at: number, length: number): PunchMessage | Malformed {
  const count = length < offerHeaderBytes ? 0 : bytes[at + 6]!;
  if (length !== offerHeaderBytes + count * packedEndpointBytes || count > mostCandidates) {
    return malformed(`punch message: an offer of ${count} endpoints in ${length} bytes`);
  }
  const box = boxKinds[bytes[at + 1]!];
  if (box === undefined) return malformed(`punch message: a box of kind ${bytes[at + 1]}`);
  const candidates: Candidate[] = [];
  for (let n = 0; n < count; n++) {
    const entryAt = at + offerHeaderBytes + n * packedEndpointBytes;
    const endpoint = readPackedEndpoint(bytes, entryAt);
    const source = candidateSources[bytes[entryAt + 1]!];
    if (endpoint === undefined || source === undefined) {
      return malformed(`punch message: endpoint ${n} of an offer is none`);
    }
    candidates.push({ source, endpoint });
  }
  const [step, lastPort] = [readU16(bytes, at + 2), readU16(bytes, at + 4)];
  return { kind: 'offer', box, step, lastPort, search: bytes[at + 7] === 1, candidates };
}

export function measurePunchMessage(message: PunchMessage): number {
  switch (message.kind) {
    case 'packet':
      return 1 + message.packet.length;
    case 'probe':
      return probeMessageBytes;
    case 'echo':
      return echoBytes;
    case 'offer':
      return offerHeaderBytes + message.candidates.length * packedEndpointBytes;
    case 'fence':
      return 4;
  }
}

export function emitPunchMessage(bytes: Uint8Array, at: number, message: PunchMessage): number {
  const end = at + measurePunchMessage(message);
  if (message.kind !== 'packet') bytes.fill(0, at, end);
  bytes[at] = punchMessageType[message.kind];
  switch (message.kind) {
    case 'packet':
      bytes.set(message.packet, at + 1);
      break;
    case 'probe':
      writeU32(bytes, at + 4, message.probe);
      break;
    case 'echo':
      emitEcho(bytes, at, message);
      break;
    case 'offer':
      emitOffer(bytes, at, message);
      break;
    case 'fence':
      writeU16(bytes, at + 2, message.epoch);
      break;
    default:
      message satisfies never;
  }
  return end;
}

function emitEcho(bytes: Uint8Array, at: number, message: PunchMessage & { kind: 'echo' }): void {
  const { observed, probe, received } = message;
  writePackedEndpoint(bytes, at, observed, typeof observed.address === 'number' ? 4 : 6);
  bytes[at] = punchMessageType.echo;
  writeU32(bytes, at + 20, probe);
  writeU64(bytes, at + 24, received);
}

function emitOffer(bytes: Uint8Array, at: number, offer: Offer): void {
  bytes[at + 1] = boxKinds.indexOf(offer.box);
  writeU16(bytes, at + 2, offer.step);
  writeU16(bytes, at + 4, offer.lastPort);
  bytes[at + 6] = offer.candidates.length;
  bytes[at + 7] = offer.search ? 1 : 0;
  let next = at + offerHeaderBytes;
  for (const { source, endpoint } of offer.candidates) {
    next = writePackedEndpoint(bytes, next, endpoint, candidateSources.indexOf(source));
  }
}

export function describePunchMessage(message: PunchMessage): string {
  switch (message.kind) {
    case 'packet':
      return `packet of ${message.packet.length} bytes`;
    case 'probe':
      return `probe ${message.probe}`;
    case 'echo':
      return `echo of ${message.probe}, seen as ${formatEndpoint(message.observed)}, received ${message.received}`;
    case 'offer':
      return `offer behind ${message.box}: ${message.candidates
        .map(({ source, endpoint }) => `${source} ${formatEndpoint(endpoint)}`)
        .join(', ')}`;
    case 'fence':
      return `fence of epoch ${message.epoch}`;
  }
}
