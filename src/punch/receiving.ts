/** What arrives at a device's sockets: the word of a relay, or a peer's, relayed or direct. */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import { readU32 } from '../base/bytes.ts';
import { nsPerMs } from '../base/time.ts';
import { isMalformed } from '../wire/malformed.ts';
import { punchType } from '../wire/punch.ts';
import { type PunchMessage, parsePunchMessage } from '../wire/punch-message.ts';
import { parseRelay, type RelayMessage } from '../wire/relay.ts';
import { isAhead, takeFence, takePacket } from './arrival.ts';
import type { Device, DeviceSink, Peer } from './device-state.ts';
import { type DirectPath, noteEcho, probePauseOf } from './direct-path.ts';
import { isForbidden, isSameEndpoint } from './endpoints.ts';
import { takeAnswer, takeInitiation, useNewKeys } from './handshake.ts';
import { probePath, rest, suspect } from './liveness.ts';
import { renewKeysIfDue } from './new-keys.ts';
import { makeOffer } from './offer.ts';
import { noteProved } from './path-choice.ts';
import { askAgain, takeMappingAnswer } from './port-mapping.ts';
import { answerProbe, punch } from './punching.ts';
import { noteRegistered, type RelayLink } from './relay-link.ts';
import { noteRelayUsed, sendControl } from './sending.ts';
import { dropArrived } from './sent-ring.ts';
import { type Opened, openMessage } from './session.ts';

/** How something came: undefined, by a relay. */
type Way = { readonly socket: number; readonly from: Endpoint } | undefined;

/** A client that says nothing for so long may be forgotten by its relay, or by its own box. */
export const relayKeepNs = 15_000 * nsPerMs;

export function receiveAtDevice(
  device: Device,
  nowNs: number,
  socket: number,
  from: Endpoint,
  bytes: Uint8Array,
  sink: DeviceSink,
): void {
  const type = bytes[0];
  if (type === undefined) return;
  if (device.mapping !== undefined && isSameEndpoint(device.mapping.box, from)) {
    takeMapped(device, nowNs, bytes, sink);
  } else if (type >= punchType.initiation) takePunch(device, nowNs, bytes, { socket, from }, sink);
  else takeRelayed(device, nowNs, from, bytes, sink);
}

/** Peers that packets do not reach directly yet hear of the port that is ours now. */
function takeMapped(device: Device, nowNs: number, bytes: Uint8Array, sink: DeviceSink): void {
  if (!takeMappingAnswer(device.mapping!, nowNs, bytes)) return;
  const { external, protocol } = device.mapping!;
  if (external === undefined) return;
  sink.record('port.mapped', { protocol, external: formatEndpoint(external) });
  for (const peer of device.peers) {
    if (peer.session === undefined || peer.path !== undefined) continue;
    sendControl(device, peer, makeOffer(device), undefined, sink, true);
    punch(device, peer, nowNs, 0, sink);
  }
}

function takeRelayed(
  device: Device,
  nowNs: number,
  from: Endpoint,
  bytes: Uint8Array,
  sink: DeviceSink,
): void {
  const link = device.links.find(
    ({ place }) =>
      isSameEndpoint(place.main, from) ||
      (place.alternate !== undefined && isSameEndpoint(place.alternate, from)),
  );
  const message = link && parseRelay(bytes, 0, bytes.length);
  if (message === undefined || isMalformed(message)) return;
  if (message.kind === 'registered') {
    const before = link!.observed;
    noteRegistered(link!, nowNs, bytes, message, relayKeepNs);
    const { observed } = link!;
    const isElsewhere = before && observed && !isSameEndpoint(before, observed);
    if (isElsewhere && device.mapping) askAgain(device.mapping, nowNs);
    return;
  }
  if (message.kind === 'register' || message.kind === 'send' || message.ticket === 0) return;
  if (message.ticket !== link!.ticket && message.ticket !== link!.oldTicket) return;
  link!.lastHeardNs = nowNs;
  takeRelayWord(device, nowNs, link!, message, sink);
}

type RelayWord = Extract<RelayMessage, { readonly kind: 'deliver' | 'introduce' | 'refused' }>;

function takeRelayWord(
  device: Device,
  nowNs: number,
  link: RelayLink,
  message: RelayWord,
  sink: DeviceSink,
): void {
  switch (message.kind) {
    case 'deliver':
      takePunch(device, nowNs, message.payload, undefined, sink);
      return;
    case 'refused':
      if (message.reason === 'unknown-ticket') link.nextNs = nowNs;
      sink.record('relay.refused', { reason: message.reason });
      return;
    case 'introduce': {
      const peer = device.byClient.get(message.peer);
      if (peer === undefined || isForbidden(message.endpoint)) return;
      peer.observed = message.endpoint;
      if (message.wayUs > 0) peer.wayNs = message.wayUs * 1_000;
      punch(device, peer, nowNs, Math.min(message.leadUs * 1_000, mostLeadNs), sink);
      return;
    }
    default:
      message satisfies never;
  }
}

const mostLeadNs = 500 * nsPerMs;

function takePunch(
  device: Device,
  nowNs: number,
  packet: Uint8Array,
  way: Way,
  sink: DeviceSink,
): void {
  if (packet[0] === punchType.data) takeData(device, nowNs, packet, way, sink);
  else if (packet[0] === punchType.initiation) {
    const invited = takeInitiation(device, nowNs, packet, sink);
    if (invited === undefined) return;
    if (invited.packet !== undefined) {
      noteIn(invited.peer, nowNs, way, sink);
      deliver(device, invited.peer, invited.packet, sink);
    }
    punch(device, invited.peer, nowNs, 0, sink);
  } else if (packet[0] === punchType.answer) {
    const peer = takeAnswer(device, nowNs, packet, sink);
    if (peer !== undefined) punch(device, peer, nowNs, 0, sink);
  }
}

function takeData(
  device: Device,
  nowNs: number,
  packet: Uint8Array,
  way: Way,
  sink: DeviceSink,
): void {
  if (packet.length < 8) return;
  const id = readU32(packet, 4);
  for (const peer of device.peers) {
    for (const session of [peer.session, peer.secondary, peer.next]) {
      if (session?.id !== id) continue;
      const opened = openMessage(session, packet);
      if (opened === undefined) continue;
      peer.receivedBytes += packet.length;
      if (session === peer.next) useNewKeys(peer, sink);
      noteHeard(peer, nowNs, way);
      const message = parsePunchMessage(opened.plain, 0, opened.plain.length);
      if (!isMalformed(message)) takeMessage(device, peer, nowNs, opened, message, way, sink);
      return;
    }
  }
}

function noteHeard({ path }: Peer, nowNs: number, way: Way): void {
  if (path === undefined || way === undefined) return;
  if (isSameEndpoint(path.endpoint, way.from)) path.lastHeardNs = nowNs;
}

function takeMessage(
  device: Device,
  peer: Peer,
  nowNs: number,
  { counter, epoch }: Opened,
  message: PunchMessage,
  way: Way,
  sink: DeviceSink,
): void {
  const handOn = (packet: Uint8Array) => deliver(device, peer, packet, sink);
  switch (message.kind) {
    case 'packet': {
      peer.lastInNs = nowNs;
      renewKeysIfDue(device, peer, nowNs, sink);
      watch(peer, nowNs);
      noteIn(peer, nowNs, way, sink);
      if (way !== undefined && counter > peer.highestPacket) seek(device, peer, nowNs, way, sink);
      peer.highestPacket = Math.max(peer.highestPacket, counter);
      const isFallback = way === undefined && isAhead(epoch, peer.arrival.epoch);
      if (isFallback && peer.route === 'direct') suspect(device, peer, nowNs, sink);
      if (device.options.without === 'order') {
        handOn(message.packet);
        return;
      }
      takePacket(peer.arrival, nowNs, epoch, counter, message.packet, patienceOf(peer), handOn);
      return;
    }
    case 'probe':
      takeProbe(device, peer, nowNs, message.probe, way, sink);
      return;
    case 'echo':
      takeEcho(device, peer, nowNs, message, way, sink);
      return;
    case 'offer':
      peer.offer = message;
      // The other has lost its path to us, perhaps, where we have noticed nothing.
      if (peer.path !== undefined) probePath(device, peer, nowNs, sink);
      punch(device, peer, nowNs, 0, sink);
      return;
    case 'fence':
      takeFence(peer.arrival, message.epoch, handOn);
      return;
    default:
      message satisfies never;
  }
}

/** A path that packets come by is watched from here as well: our own box may forget it. */
function watch({ path }: Peer, nowNs: number): void {
  if (path === undefined) return;
  path.nextProbeNs = Math.min(path.nextProbeNs, nowNs + probePauseOf(path.rttNs));
}

/** Our box gave us another port: the relay and who leases us one have to hear of it. */
function noteSeen(device: Device, path: DirectPath, nowNs: number, observed: Endpoint): void {
  const before = path.seenAs;
  path.seenAs = observed;
  if (before === undefined || isSameEndpoint(before, observed)) return;
  for (const link of device.links) link.nextNs = nowNs;
  if (device.mapping !== undefined) askAgain(device.mapping, nowNs);
}

/** The newest packet came from elsewhere than the path leads to: its box may have given it another port. */
function seek(
  device: Device,
  peer: Peer,
  nowNs: number,
  { socket, from }: NonNullable<Way>,
  sink: DeviceSink,
): void {
  const { path, spare } = peer;
  if (path === undefined || isSameEndpoint(path.endpoint, from)) return;
  // Each may have chosen another path: as long as both are heard there is nothing to seek.
  const isProved = spare !== undefined && isSameEndpoint(spare.endpoint, from);
  if (isProved && nowNs - path.lastHeardNs < Math.max(2 * path.rttNs, 200 * nsPerMs)) return;
  answerProbe(device, peer, nowNs, socket, from, sink);
}

/** The fence comes behind the last packet of the older path: one way by the longer of the two later at most. */
function patienceOf({ wayNs, path }: Peer): number {
  const relayNs = wayNs === 0 ? 150 * nsPerMs : wayNs;
  return Math.max(relayNs, path === undefined ? 0 : path.rttNs / 2) + 15 * nsPerMs;
}

function noteIn(peer: Peer, nowNs: number, way: Way, sink: DeviceSink): void {
  const { counts, options, firstNs } = peer;
  if (way !== undefined) {
    counts.directIn += 1;
    return;
  }
  counts.relayedIn += 1;
  noteRelayUsed(peer, sink);
  if (counts.relayedIn > 1) return;
  sink.record('relay.first-in', { peer: options.name, afterNs: nowNs - (firstNs ?? nowNs) });
}

function deliver(device: Device, peer: Peer, packet: Uint8Array, sink: DeviceSink): void {
  if (device.options.trace) sink.record('packet.to-kernel', { peer: peer.options.name });
  sink.deliver(packet);
}

const nowhere: Endpoint = { address: 0 as Endpoint['address'], port: 0 };

function takeProbe(
  device: Device,
  peer: Peer,
  nowNs: number,
  probe: number,
  way: Way,
  sink: DeviceSink,
): void {
  const observed = way?.from ?? nowhere;
  const back = way && { socket: way.socket, to: way.from };
  const echo = { kind: 'echo', probe, observed, received: peer.highestPacket } as const;
  sendControl(device, peer, echo, back, sink);
  if (way !== undefined) answerProbe(device, peer, nowNs, way.socket, way.from, sink);
}

function takeEcho(
  device: Device,
  peer: Peer,
  nowNs: number,
  { probe, received, observed }: PunchMessage & { readonly kind: 'echo' },
  way: Way,
  sink: DeviceSink,
): void {
  if (way === undefined) return;
  const { path } = peer;
  if (path !== undefined && isSameEndpoint(path.endpoint, way.from) && path.socket === way.socket) {
    const wasSuspected = path.suspectSinceNs !== undefined;
    if (noteEcho(path, nowNs, probe)) {
      dropArrived(peer.ring, received);
      noteSeen(device, path, nowNs, observed);
      rest(device, peer, nowNs, sink);
      if (wasSuspected) sink.record('path.trusted', { peer: peer.options.name });
    }
  }
  const sent = peer.probes.get(probe);
  // An echo from elsewhere proves nothing of the address that was tried.
  if (sent === undefined || !isSameEndpoint(sent.to, way.from) || sent.socket !== way.socket)
    return;
  peer.probes.delete(probe);
  noteProved(device, peer, nowNs, sent, sink);
}
