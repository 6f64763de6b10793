/** Watches the direct path: what it may have lost goes again by the relay, before anybody misses it. */
import { never, nsPerSecond } from '../base/time.ts';
import type { Device, DeviceSink, Peer } from './device-state.ts';
import { graceNs, isSilent, keepAliveNs, probePauseOf, silenceDeadlineNs } from './direct-path.ts';
import { mayUse, nextWave, useDirect } from './punching.ts';
import { beginEpoch, drawNumber, sendByRelay, sendControl } from './sending.ts';
import { takeAll } from './sent-ring.ts';

/** A path that was used so recently is watched closely. */
const activeNs = 2 * nsPerSecond;

export function advancePath(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { path } = peer;
  if (path === undefined) return;
  if (nowNs >= path.nextProbeNs) probePath(device, peer, nowNs, sink);
  if (path.suspectSinceNs === undefined && isSilent(path, nowNs))
    suspect(device, peer, nowNs, sink);
  if (path.suspectSinceNs !== undefined && nowNs >= path.suspectSinceNs + graceNs(path)) {
    abandon(device, peer, nowNs, sink);
    return;
  }
  if (peer.route === 'relay' && mayUse(device, peer) && path.suspectSinceNs === undefined) {
    useDirect(device, peer, nowNs, sink);
  }
}

export function pathDeadlineNs({ path }: Peer): number {
  if (path === undefined) return never;
  const graceEndNs =
    path.suspectSinceNs === undefined ? never : path.suspectSinceNs + graceNs(path);
  return Math.min(path.nextProbeNs, silenceDeadlineNs(path), graceEndNs);
}

function probePath(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const path = peer.path!;
  const probe = drawNumber(device);
  path.pending.set(probe, nowNs);
  peer.counts.probes += 1;
  const way = { socket: path.socket, to: path.endpoint };
  sendControl(device, peer, { kind: 'probe', probe }, way, sink);
  path.nextProbeNs = nowNs + probePauseOf(path.rttNs);
}

/** An echo came in time: of an idle path the next one is due when its box may forget it. */
export function rest({ path, lastOutNs }: Peer, nowNs: number): void {
  if (path !== undefined && nowNs - lastOutNs >= activeNs) path.nextProbeNs = nowNs + keepAliveNs;
}

/** From here on everything goes both ways; the other drops what comes second. */
export function suspect(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { path } = peer;
  if (path === undefined || path.suspectSinceNs !== undefined) return;
  path.suspectSinceNs = nowNs;
  path.nextProbeNs = Math.min(path.nextProbeNs, nowNs + probePauseOf(path.rttNs));
  const kept = takeAll(peer.ring);
  sink.record('path.suspected', { peer: peer.options.name, again: kept.length });
  if (peer.route !== 'direct') return;
  peer.counts.doubled += kept.length;
  for (const { bytes } of kept) sendByRelay(device, peer, bytes, false, sink);
  if (peer.spare === undefined) return;
  const { socket, endpoint: to } = peer.spare;
  sendControl(device, peer, { kind: 'probe', probe: drawNumber(device) }, { socket, to }, sink);
}

/** Back on the relay, and on to the next try at once. */
export function abandon(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  sink.record('path.dead', { peer: peer.options.name });
  peer.path = undefined;
  peer.spare = undefined;
  if (peer.route === 'direct') {
    peer.route = 'relay';
    beginEpoch(device, peer, nowNs, undefined, sink);
    sink.record('relay.in-use', { peer: peer.options.name });
  }
  peer.wave = 0;
  peer.planned.clear();
  nextWave(device, peer, nowNs, sink);
}
