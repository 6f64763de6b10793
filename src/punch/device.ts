/**
 * The virtual interface's daemon, as a machine: applications' packets in, sealed datagrams out, by the
 * relay at once and directly as soon as that is proved to work.
 */
import { type Endpoint, type Ip, isIpv4, readIpv4, readIpv6 } from '../base/address.ts';
import { contains } from '../base/prefix.ts';
import { never, nsPerMs } from '../base/time.ts';
import { pcpNonceBytes } from '../wire/pcp.ts';
import { advanceArrival } from './arrival.ts';
import { drawBytes } from './chance.ts';
import type { Device, DeviceSink, Peer } from './device-state.ts';
import { readyKeys } from './first-keys.ts';
import { answerAsked, repeatInitiation, startHandshake } from './handshake.ts';
import { abandon, advancePath, pathDeadlineNs, suspect } from './liveness.ts';
import { renewKeysIfDue } from './new-keys.ts';
import { makeOffer } from './offer.ts';
import { advancePortMapping, createPortMapping } from './port-mapping.ts';
import { advancePunching } from './punching.ts';
import { receiveAtDevice, relayKeepNs } from './receiving.ts';
import { askRelay, forgetPlace, type RelayLink, settledAnswers } from './relay-link.ts';
import { relayOf, repeatFence, sendControl, sendPacket } from './sending.ts';

/** Whether its relay has answered, so that peers can be reached. */
export function isRegistered(device: Device): boolean {
  const { answers, place, observedAlternate } = relayOf(device);
  return (
    answers >= settledAnswers && (place.alternate === undefined || observedAlternate !== undefined)
  );
}

/** An IP packet of an application of this node. */
export function takeFromApplication(
  device: Device,
  nowNs: number,
  packet: Uint8Array,
  sink: DeviceSink,
): void {
  const peer = peerOf(device, packet);
  if (peer === undefined) return;
  if (device.options.trace) sink.record('packet.from-kernel', { peer: peer.options.name });
  peer.lastOutNs = nowNs;
  renewKeysIfDue(device, peer, nowNs, sink);
  if (device.options.use === 'punch-then-send' && peer.path === undefined) {
    if (peer.waiting.length < mostWaiting) peer.waiting.push(packet.slice());
    if (peer.session === undefined) startHandshake(device, peer, nowNs, undefined, sink);
  } else if (peer.session !== undefined) sendPacket(device, peer, nowNs, packet, sink);
  else if (!startHandshake(device, peer, nowNs, packet, sink)) {
    sendPacket(device, peer, nowNs, packet, sink);
  }
  settle(device, nowNs);
}

/** A first word to every peer that none was said to yet: punching begins, and no packet is sent. */
export function reachPeers(device: Device, nowNs: number, sink: DeviceSink): void {
  for (const peer of device.peers) {
    if (peer.session === undefined) startHandshake(device, peer, nowNs, undefined, sink);
  }
  settle(device, nowNs);
}

const mostWaiting = 256;

export function takeDatagram(
  device: Device,
  nowNs: number,
  socket: number,
  from: Endpoint,
  bytes: Uint8Array,
  sink: DeviceSink,
): void {
  receiveAtDevice(device, nowNs, socket, from, bytes, sink);
  settle(device, nowNs);
}

export function advanceDevice(device: Device, nowNs: number, sink: DeviceSink): void {
  const lateNs = nowNs - device.deadlineNs;
  if (lateNs > lateEnoughNs) {
    for (const { path } of device.peers) {
      // What came meanwhile is not read yet: it may be what we are about to miss.
      if (path !== undefined) path.patientUntilNs = nowNs + Math.min(lateNs, mostPatienceNs);
    }
  }
  for (const link of device.links) {
    if (nowNs >= askDeadlineNs(device, link)) ask(device, link, nowNs, sink);
  }
  if (device.mapping !== undefined) {
    const { socket, mapping } = device;
    advancePortMapping(mapping, nowNs, (to, bytes) => sink.transmit(socket, to, bytes));
  }
  for (const peer of device.peers) {
    answerAsked(device, peer, nowNs, sink);
    repeatInitiation(device, peer, nowNs, sink);
    advancePunching(device, peer, nowNs, sink);
    advancePath(device, peer, nowNs, sink);
    repeatFence(device, peer, nowNs, sink);
    advanceArrival(peer.arrival, nowNs, (packet) => sink.deliver(packet));
  }
  readyKeys(device, nowNs);
  settle(device, nowNs);
}

const lateEnoughNs = 2 * nsPerMs;
const mostPatienceNs = 50 * nsPerMs;

/** Where a device stands: its sockets, their endpoints, and the router that may give it a port. */
export interface DevicePlace {
  readonly socket: number;
  readonly otherSocket: number | undefined;
  readonly own: readonly Endpoint[];
  readonly gateway: Ip | undefined;
}

export function placeDevice(
  device: Device,
  { socket, otherSocket, own, gateway }: DevicePlace,
): void {
  Object.assign(device, { socket, otherSocket, own });
  const internal = own.find(({ address }) => isIpv4(address));
  device.mapping =
    gateway && internal && createPortMapping(gateway, internal, drawBytes(device, pcpNonceBytes));
}

/** It has another socket now, on another link: registers from there and goes on by the relay. */
export function moveDevice(
  device: Device,
  nowNs: number,
  place: DevicePlace,
  sink: DeviceSink,
): void {
  placeDevice(device, place);
  for (const link of device.links) {
    forgetPlace(link);
    ask(device, link, nowNs, sink);
  }
  for (const peer of device.peers) {
    if (peer.aside !== undefined) sink.closeSockets(peer.aside, 1);
    peer.aside = undefined;
    if (peer.path !== undefined) {
      suspect(device, peer, nowNs, sink);
      abandon(device, peer, nowNs, sink);
    } else if (peer.session !== undefined) {
      sendControl(device, peer, makeOffer(device), undefined, sink, true);
    }
  }
  settle(device, nowNs);
}

function peerOf({ peers }: Device, packet: Uint8Array): Peer | undefined {
  const destination = destinationOf(packet);
  if (destination === undefined) return undefined;
  return peers.find(({ options }) =>
    options.networks.some((network) => contains(network, destination)),
  );
}

function destinationOf(packet: Uint8Array): Ip | undefined {
  const version = packet[0]! >>> 4;
  if (version === 4 && packet.length >= 20) return readIpv4(packet, 16);
  return version === 6 && packet.length >= 40 ? readIpv6(packet, 24) : undefined;
}

function ask(device: Device, link: RelayLink, nowNs: number, sink: DeviceSink): void {
  askRelay(link, nowNs, device.options, relayKeepNs, (to, bytes) =>
    sink.transmit(device.socket, to, bytes),
  );
}

/**
 * A relay that packets go through is asked soon after it fell silent: it may have restarted, and knows
 * nobody then. The longer nothing went through it, the longer it may be silent.
 */
function askDeadlineNs(device: Device, link: RelayLink): number {
  if (link.unanswered > 0 || link !== relayOf(device)) return link.nextNs;
  let busyNs = -never;
  for (const { route, lastOutNs, lastInNs } of device.peers) {
    if (route === 'relay') busyNs = Math.max(busyNs, lastOutNs, lastInNs);
  }
  if (busyNs === -never) return link.nextNs;
  const patienceNs = Math.max(3 * link.rttNs, 200 * nsPerMs, link.lastHeardNs - busyNs);
  return Math.min(link.nextNs, link.lastHeardNs + patienceNs);
}

/** When there is something to do next, should nothing arrive. */
function settle(device: Device, nowNs: number): void {
  let deadlineNs = never;
  for (const link of device.links) deadlineNs = Math.min(deadlineNs, askDeadlineNs(device, link));
  for (const peer of device.peers) deadlineNs = Math.min(deadlineNs, peerDeadlineNs(peer));
  if (device.mapping !== undefined) deadlineNs = Math.min(deadlineNs, device.mapping.nextNs);
  device.deadlineNs = Math.max(deadlineNs, nowNs);
}

function peerDeadlineNs(peer: Peer): number {
  return Math.min(
    peer.asked?.atNs ?? never,
    peer.initiation?.nextNs ?? never,
    peer.steps[0]?.atNs ?? never,
    peer.isPunchHeld ? (peer.punchFromNs ?? never) : never,
    peer.nextWaveNs,
    peer.searchAtNs,
    peer.fenceAgainNs,
    peer.arrival.deadlineNs,
    pathDeadlineNs(peer),
  );
}
