/**
 * Noise IK between two devices, through the relay or directly. The initiation carries where its sender
 * may be reached and its first packet, and is repeated until anything comes back. Its time rises with
 * each, so that one from before is worth nothing.
 */
import { readU32 } from '../base/bytes.ts';
import { nsPerMs } from '../base/time.ts';
import {
  finishInitiation,
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
  type PunchMessage,
  parsePunchMessage,
} from '../wire/punch-message.ts';
import { createArrival } from './arrival.ts';
import { drawBytes, drawNumber } from './chance.ts';
import type { Asked, Device, DeviceSink, Peer } from './device-state.ts';
import { staticSecretOf, takeReadied } from './first-keys.ts';
import {
  type FirstWords,
  frameHandshake,
  makePayload,
  prologue,
  readPayload,
} from './first-words.ts';
import { clientOf } from './identity.ts';
import { makeOffer } from './offer.ts';
import { isSameBytes } from './same-bytes.ts';
import { noteRelayed, sendByRelay, sendControl } from './sending.ts';
import { completeSession, createSession, type Session } from './session.ts';

/** An initiation of that size fits every path; a packet that makes it larger goes by itself. */
const mostPayloadBytes = 1_100;
const noSession = 0;
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
  const prepared = takeReadied(device, peer, nowNs);
  if (prepared === undefined) return true;
  const payload = makePayload(makeOffer(device), nowNs, noSession, carried);
  const initiation = finishInitiation(prepared, payload);
  const { earlyKey } = initiation;
  const session = createSession(
    drawNumber(device),
    'initiator',
    earlyKey,
    undefined,
    nowNs,
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
  if (device.peers.some(({ asked }) => asked && isSameBytes(asked.hash, hash))) return undefined;
  const noise = packet.subarray(punchHandshakeHeaderBytes);
  let peer: Peer | undefined;
  const invitation = readInitiation(device.options.keys, prologue, noise, (remoteKey) => {
    peer = device.byClient.get(clientOf(remoteKey));
    return peer && staticSecretOf(device, peer);
  });
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
      nowNs,
      device.options.aead,
    );
  } else {
    noteAsked(device, peer, nowNs, { id, hash, invitation: invitation!, words });
  }
  return { peer, packet: words.packet };
}

/** Both began at once: that of the smaller key counts. */
function isOursBetter({ options }: Device, { initiation, options: { publicKey } }: Peer): boolean {
  return initiation !== undefined && Buffer.compare(options.keys.publicKey, publicKey) < 0;
}

interface Read {
  readonly id: number;
  readonly hash: Uint8Array;
  readonly invitation: Asked['invitation'];
  readonly words: FirstWords;
}

/** Its early keys serve at once; the answer waits for a step of its own, and what it brought does not. */
function noteAsked(
  device: Device,
  peer: Peer,
  nowNs: number,
  { id, hash, invitation, words }: Read,
): void {
  const { earlyKey } = invitation;
  const continues = peer.session?.isConfirmed === true && words.continues === peer.session.id;
  const { aead } = device.options;
  const session = createSession(id, 'responder', earlyKey, undefined, nowNs, aead);
  if (continues) peer.next = session;
  else renewSession(peer, session);
  peer.initiation = undefined;
  peer.readied = undefined;
  peer.asked = { session, invitation, hash, atNs: nowNs };
}

/** The two agreements that are left to whoever answers. */
export function answerAsked(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { asked } = peer;
  if (asked === undefined || nowNs < asked.atNs) return;
  peer.asked = undefined;
  const { session, invitation, hash } = asked;
  const offer = makeOffer(device);
  const payload = new Uint8Array(measurePunchMessage(offer));
  emitPunchMessage(payload, 0, offer);
  const response = respond(invitation, drawBytes(device, 32), payload);
  if (response === undefined) return;
  session.transport = response.keys;
  const bytes = frameHandshake(punchType.answer, session.id, response.message);
  peer.answer = { to: hash, bytes };
  // Twice: who hears too late what box the other is behind may have its own spoiled.
  for (let copy = 0; copy < 2; copy++) sendByRelay(device, peer, bytes, false, sink);
}

/** A new session begins on the relay, with an order of its own. */
function renewSession(peer: Peer, session: Session): void {
  peer.session = session;
  peer.next = undefined;
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
export function takeAnswer(
  device: Device,
  nowNs: number,
  packet: Uint8Array,
  sink: DeviceSink,
): Peer | undefined {
  if (packet.length < punchHandshakeHeaderBytes) return undefined;
  const id = readU32(packet, 4);
  const peer = device.peers.find(
    ({ session, next, initiation }) => initiation !== undefined && (next ?? session)?.id === id,
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
  completeSession(peer.next ?? peer.session!, answer.keys);
  peer.initiation = undefined;
  if (peer.next !== undefined) {
    useNewKeys(peer, sink);
    // The other goes on with the old ones until it hears the new.
    sendControl(device, peer, makeOffer(device), undefined, sink);
  }
  peer.receivedBytes += packet.length;
  peer.offer = offer;
  return peer;
}

/** The counters go on; what is on its way with the old keys is still read. */
export function useNewKeys(peer: Peer, sink: DeviceSink): void {
  peer.next!.sendCounter = peer.session!.sendCounter;
  peer.secondary = peer.session;
  peer.session = peer.next;
  peer.next = undefined;
  sink.record('keys.renewed', { peer: peer.options.name });
}
