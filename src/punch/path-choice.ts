/** What an echo proves of a path, and which path packets take. */
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Device, DeviceSink, Peer, SentProbe } from './device-state.ts';
import { createDirectPath, type DirectPath } from './direct-path.ts';
import { isSameEndpoint } from './endpoints.ts';
import { ownBox } from './own-box.ts';
import { beginEpoch, sendPacket } from './sending.ts';
import { takeAll } from './sent-ring.ts';
import { sealedOffset } from './session.ts';
import type { StepSource } from './step-source.ts';

/** An echo came back to a probe: the path works in both directions. */
export function noteProved(
  device: Device,
  peer: Peer,
  nowNs: number,
  probe: SentProbe,
  sink: DeviceSink,
): void {
  const proved = createDirectPath(probe.socket, probe.to, nowNs - probe.sentNs, nowNs);
  const { path } = peer;
  if (path === undefined) {
    establish(device, peer, nowNs, proved, probe.source, sink);
    return;
  }
  if (isSameEndpoint(path.endpoint, proved.endpoint) && path.socket === proved.socket) return;
  const isBetter = proved.rttNs < 0.8 * path.rttNs - nsPerMs;
  // The old place was silent for as long as the new one took to prove itself: the peer's box has moved it.
  const hasMoved = nowNs - path.lastHeardNs >= proved.rttNs;
  if (hasMoved) sendAgain(peer, proved, sink);
  if (hasMoved || path.suspectSinceNs !== undefined || isBetter) {
    replacePath(device, peer, nowNs, hasMoved ? proved : path, proved, sink);
  } else peer.spare = proved;
}

function establish(
  device: Device,
  peer: Peer,
  nowNs: number,
  proved: DirectPath,
  source: StepSource,
  sink: DeviceSink,
): void {
  peer.path = proved;
  peer.steps = [];
  peer.nextWaveNs = never;
  sink.record('punch.established', {
    ...{ peer: peer.options.name, source, rttNs: proved.rttNs },
    afterNs: nowNs - (peer.firstNs ?? nowNs),
    box: ownBox(device).kind,
  });
  closeSearch(peer, proved, sink);
  closeAside(peer, proved, sink);
  if (mayUse(device, peer, nowNs)) useDirect(device, peer, nowNs, sink);
  for (const packet of peer.waiting.splice(0)) sendPacket(device, peer, nowNs, packet, sink);
}

function closeAside(peer: Peer, { socket }: DirectPath, sink: DeviceSink): void {
  const { aside } = peer;
  peer.aside = undefined;
  if (aside !== undefined && aside !== socket) sink.closeSockets(aside, 1);
}

/** The sockets of a search are many: all but the one that was found are closed. */
function closeSearch(peer: Peer, { socket }: DirectPath, sink: DeviceSink): void {
  if (peer.search === undefined) return;
  const { first, count } = peer.search;
  const end = first + count;
  peer.search = undefined;
  peer.steps = [];
  const isOne = socket >= first && socket < end;
  sink.closeSockets(first, isOne ? socket - first : count);
  if (isOne) sink.closeSockets(socket + 1, end - socket - 1);
}

/** 5 % and 1 ms: what is as good as the path in use does not make us change. */
export function mayUse(
  { options }: Device,
  { path, wayNs, stayUntilNs }: Peer,
  nowNs: number,
): boolean {
  if (path === undefined || options.use === 'never-switch') return false;
  if (options.use !== 'direct-when-better') return true;
  return nowNs >= stayUntilNs && path.rttNs < 2 * wayNs * 0.95 - nsPerMs;
}

/** A path whose length varies would else have us go to and fro. */
const stayNs = 5 * nsPerSecond;

/** The direct path has become the longer way: back to the relay, while the path is watched. */
export function leaveIfLonger(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { path, wayNs } = peer;
  if (device.options.use !== 'direct-when-better' || path === undefined || wayNs === 0) return;
  if (path.rttNs <= 2 * wayNs * 1.05 + nsPerMs) return;
  const way = { socket: path.socket, to: path.endpoint };
  beginEpoch(device, peer, nowNs, way, sink, way);
  peer.route = 'relay';
  peer.stayUntilNs = nowNs + stayNs;
  sink.record('relay.in-use', { peer: peer.options.name });
}

export function useDirect(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  beginEpoch(device, peer, nowNs, undefined, sink);
  peer.route = 'direct';
  sink.record('relay.stopped', {
    peer: peer.options.name,
    afterNs: nowNs - (peer.firstNs ?? nowNs),
  });
}

/** What may have gone to where the peer is no more; it drops what it has. */
function sendAgain(peer: Peer, { socket, endpoint }: DirectPath, sink: DeviceSink): void {
  const kept = takeAll(peer.ring);
  peer.counts.doubled += kept.length;
  for (const { bytes } of kept) sink.transmit(socket, endpoint, bytes.subarray(sealedOffset));
}

function replacePath(
  device: Device,
  peer: Peer,
  nowNs: number,
  /** By which the last packets of before went out. */
  { socket, endpoint: to }: DirectPath,
  proved: DirectPath,
  sink: DeviceSink,
): void {
  if (peer.route === 'direct') beginEpoch(device, peer, nowNs, { socket, to }, sink);
  peer.path = proved;
  peer.spare = undefined;
  sink.record('path.replaced', { peer: peer.options.name, rttNs: proved.rttNs });
}
