/**
 * Noise IK between two devices, through the relay or directly. The initiation carries where its sender
 * may be reached and its first packet, and is repeated until anything comes back. Its time rises with
 * each, so that one from before is worth nothing.
 */
import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../base/bytes.ts';
import { nsPerMs } from '../base/time.ts';
import {
  type Invitation,
  initiate,
  initiationBytes,
  readAnswer,
  readInitiation,
  respond,
} from '../crypto/noise-ik.ts';
import { blake2s } from '../crypto/symmetric-state.ts';
import { isMalformed } from '../wire/malformed.ts';
import { punchHandshakeHeaderBytes, punchType } from '../wire/punch.ts';
import {
  emitPunchMessage,
  measurePunchMessage,
  type Offer,
  type PunchMessage,
  parsePunchMessage,
} from '../wire/punch-message.ts';
import { createArrival } from './arrival.ts';
import type { Device, DeviceSink, Peer } from './device-state.ts';
import { clientOf } from './identity.ts';
import { makeOffer } from './offer.ts';
import { isSameBytes } from './same-bytes.ts';
import { drawNumber, noteRelayed, sendByRelay } from './sending.ts';
import { completeSession, createSession, type Session, sealedOffset } from './session.ts';

const prologue = new TextEncoder().encode('ropewalk punch 1');
/** An initiation of that size fits every path; a packet that makes it larger goes by itself. */
const mostPayloadBytes = 1_100;
const timeBytes = 8;
const firstPauseNs = 8 * nsPerMs;
const longestPauseNs = 1_000 * nsPerMs;

/** False: the packet did not fit, and has to be sent by itself. */
export function startHandshake(
  device: Device,
  peer: Peer,
  nowNs: number,
  packet: Uint8Array | undefined,
  sink: DeviceSink,
): boolean {
  const carried = packet !== undefined && packet.length <= mostPayloadBytes ? packet : undefined;
  const initiation = initiate({
    static: device.options.keys,
    ephemeralSecret: drawBytes(device, 32),
    remoteKey: peer.options.publicKey,
    prologue,
    payload: makePayload(makeOffer(device), nowNs, carried),
  });
  if (initiation === undefined) return true;
  const session = createSession(
    drawNumber(device),
    'initiator',
    initiation.earlyKey,
    undefined,
    device.options.aead,
  );
  renewSession(peer, session);
  peer.firstNs ??= nowNs;
  const bytes = frameHandshake(punchType.initiation, session.id, initiation.message);
  peer.initiation = { initiation, bytes, tries: 0, nextNs: nowNs };
  if (carried !== undefined) noteRelayed(device, peer, sink);
  repeatInitiation(device, peer, nowNs, sink);
  return carried === packet;
}

export function repeatInitiation(
  device: Device,
  peer: Peer,
  nowNs: number,
  sink: DeviceSink,
): void {
  const { initiation } = peer;
  if (initiation === undefined || nowNs < initiation.nextNs) return;
  sendByRelay(device, peer, initiation.bytes, true, sink);
  initiation.nextNs = nowNs + Math.min(firstPauseNs * 2 ** initiation.tries, longestPauseNs);
  initiation.tries += 1;
}

/** What the initiation's payload holds: time, offer, and the first packet if there is one. */
interface FirstWords {
  readonly timeUs: number;
  readonly offer: Offer;
  readonly packet: Uint8Array | undefined;
}

function makePayload(offer: Offer, nowNs: number, packet: Uint8Array | undefined): Uint8Array {
  const offerBytes = measurePunchMessage(offer);
  const packetAt = timeBytes + 2 + offerBytes;
  const bytes = new Uint8Array(packetAt + (packet?.length ?? 0));
  writeU64(bytes, 0, Math.floor(nowNs / 1_000));
  writeU16(bytes, timeBytes, offerBytes);
  emitPunchMessage(bytes, timeBytes + 2, offer);
  if (packet !== undefined) bytes.set(packet, packetAt);
  return bytes;
}

function readPayload(bytes: Uint8Array): FirstWords | undefined {
  if (bytes.length < timeBytes + 2) return undefined;
  const offerAt = timeBytes + 2;
  const packetAt = offerAt + readU16(bytes, timeBytes);
  if (packetAt > bytes.length) return undefined;
  const offer = parsePunchMessage(bytes, offerAt, packetAt);
  if (isMalformed(offer) || offer.kind !== 'offer') return undefined;
  const packet = packetAt < bytes.length ? bytes.subarray(packetAt) : undefined;
  return { timeUs: readU64(bytes, 0), offer, packet };
}

/** What an initiation brought; undefined: nothing that counts. */
export interface Invited {
  readonly peer: Peer;
  readonly packet: Uint8Array | undefined;
}

export function takeInitiation(
  device: Device,
  nowNs: number,
  packet: Uint8Array,
  sink: DeviceSink,
): Invited | undefined {
  if (packet.length < punchHandshakeHeaderBytes + initiationBytes) return undefined;
  const id = readU32(packet, 4);
  const hash = blake2s(packet);
  const known = device.peers.find(({ answer }) => answer && isSameBytes(answer.to, hash));
  if (known !== undefined) {
    sendByRelay(device, known, known.answer!.bytes, false, sink);
    return undefined;
  }
  const invitation = readInitiation(
    device.options.keys,
    prologue,
    packet.subarray(punchHandshakeHeaderBytes),
  );
  const peer = invitation && device.byClient.get(clientOf(invitation.remoteKey));
  const words = invitation && readPayload(invitation.payload);
  if (peer === undefined || words === undefined || words.timeUs <= peer.lastTimeUs)
    return undefined;
  peer.lastTimeUs = words.timeUs;
  peer.receivedBytes += packet.length;
  peer.firstNs ??= nowNs;
  peer.offer = words.offer;
  if (isOursBetter(device, peer)) {
    peer.secondary = createSession(
      id,
      'responder',
      invitation!.earlyKey,
      undefined,
      device.options.aead,
    );
  } else answer(device, peer, id, hash, invitation!, sink);
  return { peer, packet: words.packet };
}

/** Both began at once: that of the smaller key counts. */
function isOursBetter({ options }: Device, { initiation, options: { publicKey } }: Peer): boolean {
  return initiation !== undefined && Buffer.compare(options.keys.publicKey, publicKey) < 0;
}

function answer(
  device: Device,
  peer: Peer,
  id: number,
  hash: Uint8Array,
  invitation: Invitation,
  sink: DeviceSink,
): void {
  const offer = makeOffer(device);
  const payload = new Uint8Array(measurePunchMessage(offer));
  emitPunchMessage(payload, 0, offer);
  const response = respond(invitation, drawBytes(device, 32), payload);
  if (response === undefined) return;
  renewSession(
    peer,
    createSession(id, 'responder', invitation.earlyKey, response.keys, device.options.aead),
  );
  peer.initiation = undefined;
  const bytes = frameHandshake(punchType.answer, id, response.message);
  peer.answer = { to: hash, bytes };
  // Twice: who hears too late what box the other is behind may have its own spoiled.
  for (let copy = 0; copy < 2; copy++) sendByRelay(device, peer, bytes, false, sink);
}

/** A new session begins on the relay, with an order of its own. */
function renewSession(peer: Peer, session: Session): void {
  peer.session = session;
  peer.route = 'relay';
  peer.path = undefined;
  peer.spare = undefined;
  peer.epoch = 0;
  peer.steps = [];
  peer.planned.clear();
  peer.probes.clear();
  peer.wave = 0;
  peer.nextWaveNs = Number.POSITIVE_INFINITY;
  peer.searchAtNs = Number.POSITIVE_INFINITY;
  peer.punchFromNs = undefined;
  peer.isPunchHeld = false;
  peer.highestPacket = 0;
  Object.assign(peer.arrival, createArrival());
  peer.ring.first = peer.ring.next;
}

/** Undefined: no answer to what we asked. */
export function takeAnswer(device: Device, nowNs: number, packet: Uint8Array): Peer | undefined {
  if (packet.length < punchHandshakeHeaderBytes) return undefined;
  const id = readU32(packet, 4);
  const peer = device.peers.find(
    ({ session, initiation }) => initiation !== undefined && session?.id === id,
  );
  if (peer === undefined) return undefined;
  const answer = readAnswer(
    peer.initiation!.initiation,
    packet.subarray(punchHandshakeHeaderBytes),
  );
  if (answer === undefined) return undefined;
  const offer: PunchMessage | { malformed: string } = parsePunchMessage(
    answer.payload,
    0,
    answer.payload.length,
  );
  if (isMalformed(offer) || offer.kind !== 'offer') return undefined;
  if (peer.wayNs === 0 && peer.firstNs !== undefined) peer.wayNs = (nowNs - peer.firstNs) / 2;
  completeSession(peer.session!, answer.keys);
  peer.initiation = undefined;
  peer.receivedBytes += packet.length;
  peer.offer = offer;
  return peer;
}

function frameHandshake(type: number, session: number, noise: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(sealedOffset + punchHandshakeHeaderBytes + noise.length);
  bytes[sealedOffset] = type;
  writeU32(bytes, sealedOffset + 4, session);
  bytes.set(noise, sealedOffset + punchHandshakeHeaderBytes);
  return bytes;
}

export function drawBytes({ options }: Device, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  options.fillRandom(bytes);
  return bytes;
}
