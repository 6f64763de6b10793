/**
 * The keys of two devices and the one counter space of each direction, whatever path a packet takes.
 * Until the other has shown that it has the keys of the whole handshake, those of its first message
 * are used: nothing waits for a round trip.
 */
import type { Aead } from '../base/aead.ts';
import { readU16, readU32, readU64 } from '../base/bytes.ts';
import { nodeAead, tagBytes } from '../crypto/aead.ts';
import type { TransportKeys } from '../crypto/noise-ik.ts';
import { hmac } from '../crypto/symmetric-state.ts';
import { emitPunchHeader, punchHeaderBytes } from '../wire/punch.ts';
import { emitPunchMessage, measurePunchMessage, type PunchMessage } from '../wire/punch-message.ts';
import { relayBytes } from '../wire/relay.ts';
import { createReplayWindow, isFresh, noteCounter, type ReplayWindow } from './replay-window.ts';

interface DirectionKeys {
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}

export interface Session {
  readonly id: number;
  readonly role: 'initiator' | 'responder';
  readonly early: DirectionKeys;
  transport: DirectionKeys | undefined;
  /** The other has the keys of the whole handshake. */
  isConfirmed: boolean;
  sendCounter: number;
  readonly bornNs: number;
  readonly aead: Aead;
  /** What is sealed is cut from here, so that not each packet is an allocation of its own; zeros behind `slabAt`. */
  slab: Uint8Array;
  slabAt: number;
  readonly window: ReplayWindow;
}

/** Room for a relay's header stands before each sealed packet, so that it goes either way as it is. */
export const sealedOffset = relayBytes.header;

/** The first counter is that of the initiation, which may carry a packet itself. */
const firstCounter = 1;

export function createSession(
  id: number,
  role: Session['role'],
  earlyKey: Uint8Array,
  keys: TransportKeys | undefined,
  bornNs: number,
  aead: Aead = nodeAead,
): Session {
  const [outward, homeward] = [hmac(earlyKey, Uint8Array.of(1)), hmac(earlyKey, Uint8Array.of(2))];
  const early =
    role === 'initiator'
      ? { send: outward, receive: homeward }
      : { send: homeward, receive: outward };
  const window = createReplayWindow();
  return {
    ...{ id, role, early, transport: keys, isConfirmed: false },
    ...{ sendCounter: firstCounter, bornNs, aead, slab: new Uint8Array(0), slabAt: 0, window },
  };
}

/** The initiator has read the answer: both have the keys. */
export function completeSession(session: Session, keys: TransportKeys): void {
  session.transport = keys;
  session.isConfirmed = true;
}

export interface Sealed {
  readonly counter: number;
  /** The packet stands at `sealedOffset`. */
  readonly bytes: Uint8Array;
}

export function sealMessage(session: Session, epoch: number, message: PunchMessage): Sealed {
  const plainAt = sealedOffset + punchHeaderBytes;
  const plainBytes = measurePunchMessage(message);
  const bytes = cutSlab(session, plainAt + plainBytes + tagBytes);
  emitPunchMessage(bytes, plainAt, message);
  const early = !session.isConfirmed || session.transport === undefined;
  const counter = session.sendCounter++;
  emitPunchHeader(bytes, sealedOffset, { early, epoch, session: session.id, counter });
  const header = bytes.subarray(sealedOffset, sealedOffset + punchHeaderBytes);
  const { send } = early ? session.early : session.transport!;
  const plain = bytes.subarray(plainAt, plainAt + plainBytes);
  session.aead.sealInto(bytes, plainAt, send, counter, header, plain);
  return { counter, bytes };
}

const slabBytes = 65_536;

function cutSlab(session: Session, lengthBytes: number): Uint8Array {
  if (session.slabAt + lengthBytes > session.slab.length) {
    session.slab = new Uint8Array(Math.max(slabBytes, lengthBytes));
    session.slabAt = 0;
  }
  const from = session.slabAt;
  session.slabAt += lengthBytes;
  return session.slab.subarray(from, from + lengthBytes);
}

export interface Opened {
  readonly counter: number;
  readonly epoch: number;
  readonly plain: Uint8Array;
}

/** Undefined: forged, damaged, seen before, or of another session; nothing has changed then. */
export function openMessage(session: Session, packet: Uint8Array): Opened | undefined {
  if (packet.length < punchHeaderBytes + tagBytes) return undefined;
  const counter = readU64(packet, 8);
  if (readU32(packet, 4) !== session.id || !Number.isSafeInteger(counter)) return undefined;
  if (!isFresh(session.window, counter)) return undefined;
  const early = packet[1] === 1;
  const keys = early ? session.early : session.transport;
  if (keys === undefined) return undefined;
  const header = packet.subarray(0, punchHeaderBytes);
  const sealed = packet.subarray(punchHeaderBytes);
  const plain = session.aead.open(keys.receive, counter, header, sealed);
  if (plain === undefined) return undefined;
  noteCounter(session.window, counter);
  if (!early) session.isConfirmed = true;
  return { counter, epoch: readU16(packet, 2), plain };
}
