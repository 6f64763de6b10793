/** What an initiation says beside who sends it, and the frame around both messages of a handshake. */
import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../base/bytes.ts';
import { isMalformed } from '../wire/malformed.ts';
import { punchHandshakeHeaderBytes } from '../wire/punch.ts';
import {
  emitPunchMessage,
  measurePunchMessage,
  type Offer,
  parsePunchMessage,
} from '../wire/punch-message.ts';
import { sealedOffset } from './session.ts';

export const prologue = new TextEncoder().encode('ropewalk punch 1');

const timeBytes = 8;
/** Behind the time, the session and the offer's length. */
const offerOffset = timeBytes + 6;

/** What the initiation's payload holds: time, offer, and the first packet if there is one. */
export interface FirstWords {
  readonly timeUs: number;
  /** The session that goes on with these keys; 0: it is a new one. */
  readonly continues: number;
  readonly offer: Offer;
  readonly packet: Uint8Array | undefined;
}

export function makePayload(
  offer: Offer,
  nowNs: number,
  continues: number,
  packet: Uint8Array | undefined,
): Uint8Array {
  const offerBytes = measurePunchMessage(offer);
  const packetAt = offerOffset + offerBytes;
  const bytes = new Uint8Array(packetAt + (packet?.length ?? 0));
  writeU64(bytes, 0, Math.floor(nowNs / 1_000));
  writeU32(bytes, timeBytes, continues);
  writeU16(bytes, timeBytes + 4, offerBytes);
  emitPunchMessage(bytes, offerOffset, offer);
  if (packet !== undefined) bytes.set(packet, packetAt);
  return bytes;
}

export function readPayload(bytes: Uint8Array): FirstWords | undefined {
  if (bytes.length < offerOffset) return undefined;
  const packetAt = offerOffset + readU16(bytes, timeBytes + 4);
  if (packetAt > bytes.length) return undefined;
  const offer = parsePunchMessage(bytes, offerOffset, packetAt);
  if (isMalformed(offer) || offer.kind !== 'offer') return undefined;
  const packet = packetAt < bytes.length ? bytes.subarray(packetAt) : undefined;
  return { timeUs: readU64(bytes, 0), continues: readU32(bytes, timeBytes), offer, packet };
}

export function frameHandshake(type: number, session: number, noise: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(sealedOffset + punchHandshakeHeaderBytes + noise.length);
  bytes[sealedOffset] = type;
  writeU32(bytes, sealedOffset + 4, session);
  bytes.set(noise, sealedOffset + punchHandshakeHeaderBytes);
  return bytes;
}
