/** Watches the direct path: what it may have lost goes again by the relay, before anybody misses it. */
import { never, nsPerSecond } from '../base/time.ts';
import { drawNumber } from './chance.ts';
import type { Device, DeviceSink, Peer } from './device-state.ts';
import { graceNs, isSilent, probePauseOf, silenceDeadlineNs } from './direct-path.ts';
import { idlePauseOf, noteForgotten, noteOutlived } from './idle-timer.ts';
import { leaveIfLonger, mayUse, useDirect } from './path-choice.ts';
import { nextWave } from './punching.ts';
import { beginEpoch, sendByRelay, sendControl } from './sending.ts';
import { listSent, takeAll } from './sent-ring.ts';

/** A path that was used so recently is watched closely. */
const activeNs = 2 * nsPerSecond;

export function advancePath(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { path } = peer;
  if (path === undefined) return;
  if (nowNs >= path.nextProbeNs && !isKeptByOther(peer, nowNs)) {
    probePath(device, peer, nowNs, sink);
  }
  if (path.suspectSinceNs === undefined && isSilent(path, nowNs))
    suspect(device, peer, nowNs, sink);
  if (path.suspectSinceNs !== undefined && nowNs >= path.suspectSinceNs + graceNs(path)) {
    abandon(device, peer, nowNs, sink);
    return;
  }
  if (path.suspectSinceNs !== undefined) return;
  if (peer.route === 'direct') leaveIfLonger(device, peer, nowNs, sink);
  else if (mayUse(device, peer, nowNs)) useDirect(device, peer, nowNs, sink);
}

export function pathDeadlineNs({ path }: Peer): number {
  if (path === undefined) return never;
  const graceEndNs =
    path.suspectSinceNs === undefined ? never : path.suspectSinceNs + graceNs(path);
  return Math.min(path.nextProbeNs, silenceDeadlineNs(path), graceEndNs);
}

/**
 * What comes from the other keeps an idle path as well as what we send (our echo goes out for its probe). But
 * one that is new may be proved on our side only: by our probes the other finds where to send its own.
 */
function isKeptByOther(peer: Peer, nowNs: number): boolean {
  const { path, idle } = peer;
  if (path!.pauseNs === undefined) return false;
  if (isInUse(peer, nowNs) || path!.pending.size > 0) return false;
  const dueNs = path!.lastHeardNs + (path!.pauseNs ?? idlePauseOf(idle));
  if (dueNs <= nowNs) return false;
  path!.nextProbeNs = dueNs;
  return true;
}

export function probePath(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const path = peer.path!;
  const probe = drawNumber(device);
  const silenceNs = nowNs - Math.max(path.lastSentNs, path.lastHeardNs);
  if (path.pending.size === 0) path.silenceNs = silenceNs >= silentNs ? silenceNs : undefined;
  path.lastSentNs = nowNs;
  path.pending.set(probe, nowNs);
  peer.counts.probes += 1;
  const way = { socket: path.socket, to: path.endpoint };
  sendControl(device, peer, { kind: 'probe', probe }, way, sink);
  path.nextProbeNs = nowNs + probePauseOf(path.rttNs);
}

/** An echo came in time: of an idle path the next one is due when its box may forget it. */
export function rest(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { path, idle, options } = peer;
  if (path === undefined) return;
  if (path.silenceNs !== undefined) {
    if (path.silenceNs > idle.provenNs) {
      sink.record('path.outlived', { peer: options.name, silenceNs: path.silenceNs });
    }
    noteOutlived(idle, path.silenceNs);
  }
  path.silenceNs = undefined;
  if (isInUse(peer, nowNs)) return;
  // Not the same for both: only a probe that is the first after a silence shows whether a box forgot us.
  path.pauseNs = idlePauseOf(idle) * (1 - (drawNumber(device) % 256) / 1_024);
  path.nextProbeNs = nowNs + path.pauseNs;
}

function isInUse({ lastOutNs, lastInNs }: Peer, nowNs: number): boolean {
  return nowNs - Math.max(lastOutNs, lastInNs) < activeNs;
}

/** A shorter one tells nothing of a box's timer. */
const silentNs = 4 * nsPerSecond;

/** From here on everything goes both ways; the other drops what comes second. */
export function suspect(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  const { path } = peer;
  if (path === undefined || path.suspectSinceNs !== undefined) return;
  path.suspectSinceNs = nowNs;
  path.nextProbeNs = Math.min(path.nextProbeNs, nowNs + probePauseOf(path.rttNs));
  // They stay in the ring: the relay may not know yet either where the other's box puts it now.
  const kept = listSent(peer.ring);
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
  const silenceNs = peer.path?.silenceNs;
  if (silenceNs !== undefined) noteForgotten(peer.idle, silenceNs);
  sink.record('path.dead', { peer: peer.options.name });
  peer.path = undefined;
  peer.spare = undefined;
  takeAll(peer.ring);
  if (peer.route === 'direct') {
    peer.route = 'relay';
    beginEpoch(device, peer, nowNs, undefined, sink);
    sink.record('relay.in-use', { peer: peer.options.name });
  }
  peer.wave = 0;
  peer.planned.clear();
  nextWave(device, peer, nowNs, sink);
}
