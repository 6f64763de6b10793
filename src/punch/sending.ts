/** Seals what goes to a peer and puts it on the relay, on the direct path, or on both. */
import { writeU16, writeU48 } from '../base/bytes.ts';
import { nsPerMs } from '../base/time.ts';
import type { PunchMessage } from '../wire/punch-message.ts';
import { relayOffset, relayType, sendFlag } from '../wire/relay.ts';
import type { Device, DeviceSink, DirectWay, Peer } from './device-state.ts';
import { probePauseOf } from './direct-path.ts';
import { isAlive, type RelayLink } from './relay-link.ts';
import { keepSent } from './sent-ring.ts';
import { type Sealed, sealedOffset, sealMessage } from './session.ts';

/** The first that lives; else the first. */
export function relayOf(device: Device): RelayLink {
  return device.links.find(isAlive) ?? device.links[0]!;
}

/** `bytes` have room for the relay's header before the packet. */
export function sendByRelay(
  device: Device,
  peer: Peer,
  bytes: Uint8Array,
  introduce: boolean,
  sink: DeviceSink,
): void {
  const link = relayOf(device);
  bytes[0] = relayType.send;
  bytes[relayOffset.flags] = introduce ? sendFlag.introduce : 0;
  writeU48(bytes, relayOffset.ticket, link.ticket === 0 ? link.oldTicket : link.ticket);
  writeU48(bytes, relayOffset.client, peer.client);
  writeU16(bytes, relayOffset.client + 6, 0);
  sink.transmit(device.socket, link.place.main, bytes);
}

/** What is no packet of an application: by the relay, unless a direct way is given. */
export function sendControl(
  device: Device,
  peer: Peer,
  message: PunchMessage,
  way: (DirectWay & { readonly ttl?: number }) | undefined,
  sink: DeviceSink,
  introduce = false,
): void {
  if (peer.session === undefined) return;
  const { bytes } = sealMessage(peer.session, peer.epoch, message);
  if (way === undefined) sendByRelay(device, peer, bytes, introduce, sink);
  else sink.transmit(way.socket, way.to, bytes.subarray(sealedOffset), way.ttl);
}

/** An application's packet, on the path that is in use. */
export function sendPacket(
  device: Device,
  peer: Peer,
  nowNs: number,
  packet: Uint8Array,
  sink: DeviceSink,
): void {
  const sealed = sealMessage(peer.session!, peer.epoch, { kind: 'packet', packet });
  peer.lastOutNs = nowNs;
  if (peer.route === 'direct') sendDirectly(device, peer, nowNs, sealed, sink);
  else {
    noteRelayed(device, peer, sink);
    sendByRelay(device, peer, sealed.bytes, false, sink);
  }
}

function sendDirectly(
  device: Device,
  peer: Peer,
  nowNs: number,
  sealed: Sealed,
  sink: DeviceSink,
): void {
  const path = peer.path!;
  // A path that rested is watched again from its first packet on.
  path.nextProbeNs = Math.min(path.nextProbeNs, nowNs + probePauseOf(path.rttNs));
  peer.counts.directOut += 1;
  path.lastSentNs = nowNs;
  traceWrapped(device, peer, 'direct', sink);
  sink.transmit(path.socket, path.endpoint, sealed.bytes.subarray(sealedOffset));
  if (device.options.without !== 'ring') keepSent(peer.ring, sealed);
  if (path.suspectSinceNs === undefined || device.options.without === 'doubling') return;
  peer.counts.doubled += 1;
  sendByRelay(device, peer, sealed.bytes, false, sink);
}

export function noteRelayed(device: Device, peer: Peer, sink: DeviceSink): void {
  peer.counts.relayedOut += 1;
  traceWrapped(device, peer, 'relay', sink);
  noteRelayUsed(peer, sink);
}

/** For packets to the peer or from it. */
export function noteRelayUsed(peer: Peer, sink: DeviceSink): void {
  if (peer.isRelayUsed) return;
  peer.isRelayUsed = true;
  sink.record('relay.in-use', { peer: peer.options.name });
}

function traceWrapped(device: Device, peer: Peer, by: 'relay' | 'direct', sink: DeviceSink): void {
  if (device.options.trace) sink.record('packet.wrapped', { peer: peer.options.name, by });
}

const fencePauseNs = 5 * nsPerMs;

/** From here on packets take another path: the fence goes by the old one, behind the last of them. */
export function beginEpoch(
  device: Device,
  peer: Peer,
  nowNs: number,
  oldWay: DirectWay | undefined,
  sink: DeviceSink,
  /** By the relay, unless it would come before the last of them. */
  againWay?: DirectWay,
): void {
  const epoch = (peer.epoch + 1) & 0xffff;
  sendControl(device, peer, { kind: 'fence', epoch }, oldWay, sink);
  peer.epoch = epoch;
  // Once more a little later: one that is lost would hold the other up.
  peer.fenceAgainNs = nowNs + fencePauseNs;
  peer.fenceAgainWay = againWay;
}

export function repeatFence(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  if (nowNs < peer.fenceAgainNs) return;
  peer.fenceAgainNs = Number.POSITIVE_INFINITY;
  sendControl(device, peer, { kind: 'fence', epoch: peer.epoch }, peer.fenceAgainWay, sink);
}
