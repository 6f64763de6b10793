/**
 * What two peers say to each other, directly or as the payload of a relay's messages; a format of ours.
 *
 *   0        1        2        3        4                          8                                16
 *   +--------+--------+--------+--------+--------------------------+---------------------------------+
 *   |  0x20  |   0        0        0    | session                  | Noise IK, first message    - -  |
 *   |  0x21  |   0        0        0    | session                  | Noise IK, second message   - -  |
 *   |  0x22  | early  |      epoch      | session                  | counter                         |
 *   +--------+--------+-----------------+--------------------------+---------------------------------+
 *   | (16) sealed message (punch-message.ts), its tag included; the 16 bytes before it are covered - -|
 *   +------------------------------------------------------------------------------------------------+
 *
 *   session: drawn by the initiator. early: sealed with the key of the first message. epoch: how often
 *   the sender's packets changed their path. Each counter is used once in a direction, on whatever path.
 */
import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export const punchType = { initiation: 0x20, answer: 0x21, data: 0x22 } as const;
export const punchHandshakeHeaderBytes = 8;
export const punchHeaderBytes = 16;

export type PunchPacket =
  | {
      readonly kind: 'initiation' | 'answer';
      readonly session: number;
      readonly noise: Uint8Array;
    }
  | {
      readonly kind: 'data';
      readonly early: boolean;
      /** 16 bits. */
      readonly epoch: number;
      readonly session: number;
      readonly counter: number;
      readonly sealed: Uint8Array;
    };

/** Numbers up to here are exact. */
const greatestCounter = 2 ** 53 - 1;

export function parsePunch(bytes: Uint8Array, at: number, end: number): PunchPacket | Malformed {
  const length = end - at;
  if (length < punchHandshakeHeaderBytes) return malformed(`punch: ${length} of 8 header bytes`);
  const session = readU32(bytes, at + 4);
  switch (bytes[at]) {
    case punchType.initiation:
      return { kind: 'initiation', session, noise: bytes.slice(at + 8, end) };
    case punchType.answer:
      return { kind: 'answer', session, noise: bytes.slice(at + 8, end) };
    case punchType.data:
      return parseData(bytes, at, end, session);
    default:
      return malformed(`punch: type ${bytes[at]}`);
  }
}

function parseData(
  bytes: Uint8Array,
  at: number,
  end: number,
  session: number,
): PunchPacket | Malformed {
  if (end - at < punchHeaderBytes) return malformed(`punch: ${end - at} of 16 header bytes`);
  const counter = readU64(bytes, at + 8);
  if (counter > greatestCounter) return malformed('punch: a counter above 2^53');
  const early = bytes[at + 1] === 1;
  const sealed = bytes.subarray(at + punchHeaderBytes, end).slice();
  return { kind: 'data', early, epoch: readU16(bytes, at + 2), session, counter, sealed };
}

export function measurePunch(packet: PunchPacket): number {
  return packet.kind === 'data'
    ? punchHeaderBytes + packet.sealed.length
    : punchHandshakeHeaderBytes + packet.noise.length;
}

export function emitPunch(bytes: Uint8Array, at: number, packet: PunchPacket): number {
  if (packet.kind === 'data') {
    emitPunchHeader(bytes, at, packet);
    bytes.set(packet.sealed, at + punchHeaderBytes);
  } else {
    writeU32(bytes, at, 0);
    bytes[at] = punchType[packet.kind];
    writeU32(bytes, at + 4, packet.session);
    bytes.set(packet.noise, at + punchHandshakeHeaderBytes);
  }
  return at + measurePunch(packet);
}

/** The 16 bytes that are covered by the seal. */
export function emitPunchHeader(
  bytes: Uint8Array,
  at: number,
  header: Pick<PunchPacket & { kind: 'data' }, 'early' | 'epoch' | 'session' | 'counter'>,
): void {
  bytes[at] = punchType.data;
  bytes[at + 1] = header.early ? 1 : 0;
  writeU16(bytes, at + 2, header.epoch);
  writeU32(bytes, at + 4, header.session);
  writeU64(bytes, at + 8, header.counter);
}

export function describePunch(packet: PunchPacket): string {
  const session = packet.session.toString(16).padStart(8, '0');
  if (packet.kind !== 'data') return `punch ${packet.kind} of session ${session}`;
  const { counter, epoch, early, sealed } = packet;
  return `punch data ${counter} of session ${session}, epoch ${epoch}${early ? ', early' : ''}, ${sealed.length} bytes`;
}
