/** Opens a direct path to a peer while packets go on by the relay, and decides which of them they take. */
import { type Endpoint, familyOf } from '../base/address.ts';
import { never, nsPerMs } from '../base/time.ts';
import type { SeenBox } from './box-kind.ts';
import type { Device, DeviceSink, Peer, ProbeStep, SentProbe, StepSource } from './device-state.ts';
import { createDirectPath, type DirectPath } from './direct-path.ts';
import { isSameEndpoint, keyOfEndpoint } from './endpoints.ts';
import { makeOffer } from './offer.ts';
import { ownBox } from './own-box.ts';
import { maySearch, planSearch } from './port-search.ts';
import { chooseTargets, planSteps, type WaveFacts, wavePauseNs } from './probe-plan.ts';
import { beginEpoch, drawNumber, relayOf, sendControl, sendPacket } from './sending.ts';

/** Of a sealed probe, on the wire. */
const probeBytes = 40;
/** The same address is not planned twice within so long. */
const planPauseNs = 250 * nsPerMs;

/** Something was learned of where the peer is: tries what is new, unless packets go directly already. */
export function punch(
  device: Device,
  peer: Peer,
  nowNs: number,
  leadNs: number,
  sink: DeviceSink,
): void {
  if (peer.session === undefined || peer.path !== undefined) return;
  if (isDelayed(device, peer, nowNs)) return;
  const facts = factsOf(device, peer, nowNs, leadNs);
  if (peer.searchAtNs === never && maySearch(device, peer, facts)) {
    peer.searchAtNs = nowNs + facts.leadNs + patienceNs;
  }
  const targets = chooseTargets(facts)?.filter(({ endpoint }) => isNew(peer, nowNs, endpoint));
  if (targets === undefined || targets.length === 0) return;
  if (peer.wave === 1 && peer.nextWaveNs === never) {
    sink.record('punch.started', { peer: peer.options.name, box: facts.own.kind });
  }
  peer.nextWaveNs = nowNs + wavePauseNs(peer.wave);
  addSteps(peer, planSteps(facts, targets));
}

/** What needs no search is found before one begins. */
const patienceNs = 50 * nsPerMs;

function isDelayed({ options }: Device, peer: Peer, nowNs: number): boolean {
  peer.punchFromNs ??= nowNs + options.punchDelayNs;
  peer.isPunchHeld = nowNs < peer.punchFromNs;
  if (!peer.isPunchHeld) peer.wave = Math.max(1, peer.wave);
  return peer.isPunchHeld;
}

function factsOf(device: Device, peer: Peer, nowNs: number, leadNs: number): WaveFacts {
  const { observed, offer, wayNs, wave } = peer;
  const link = relayOf(device);
  const own = ownBox(device);
  const waitNs = wave === 1 ? courtesyNs(peer, own, link.rttNs / 2) : 0;
  return {
    ...{ nowNs, own, ownObserved: link.observed, observed, offer, wayNs, wave },
    socketFor: (endpoint) => socketFor(device, endpoint),
    leadNs: Math.max(leadNs, waitNs),
  };
}

/**
 * How long a device behind a symmetric box lets the other go first. The initiator learns one way later
 * what box the responder is behind: a packet that came to it before its own could spoil its box. And a box
 * that draws its ports answers a packet that it let in from the port that it came to, which the other
 * knows; once it has drawn a port for that destination it no longer does.
 */
function courtesyNs({ session, offer, wayNs }: Peer, { kind }: SeenBox, ownWayNs: number): number {
  const responds = session?.role === 'responder';
  if (kind === 'random' && offer?.box === 'sequential') return responds ? 2 * wayNs : wayNs;
  if (!responds) return 0;
  if (kind === 'sequential') return wayNs;
  return kind === 'random' ? Math.max(0, wayNs - ownWayNs) : 0;
}

/** Undefined: it has no address of that family. */
function socketFor({ socket, otherSocket, links }: Device, { address }: Endpoint) {
  return familyOf(address) === familyOf(links[0]!.place.main.address) ? socket : otherSocket;
}

function isNew(peer: Peer, nowNs: number, endpoint: Endpoint): boolean {
  const key = keyOfEndpoint(endpoint);
  const plannedNs = peer.planned.get(key);
  if (plannedNs !== undefined && nowNs - plannedNs < planPauseNs) return false;
  peer.planned.set(key, nowNs);
  return true;
}

function addSteps(peer: Peer, steps: readonly ProbeStep[]): void {
  peer.steps = [...peer.steps, ...steps].toSorted((a, b) => a.atNs - b.atNs);
}

/** What is due of the plan, and the next round if the last one found no way. */
export function advancePunching(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  if (peer.isPunchHeld && nowNs >= peer.punchFromNs!) punch(device, peer, nowNs, 0, sink);
  if (nowNs >= peer.searchAtNs) {
    peer.searchAtNs = never;
    if (peer.path === undefined) {
      addSteps(peer, planSearch(device, peer, factsOf(device, peer, nowNs, 0), sink));
    }
  }
  let due = 0;
  for (; due < peer.steps.length && peer.steps[due]!.atNs <= nowNs; due++) {
    const { socket, to, source, ttl } = peer.steps[due]!;
    sendProbe(device, peer, nowNs, socket, to, source, sink, ttl);
  }
  if (due > 0) peer.steps.splice(0, due);
  if (nowNs >= peer.nextWaveNs) nextWave(device, peer, nowNs, sink);
}

/** Tries anew, and has the relay tell both where the other is seen now. */
export function nextWave(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  peer.nextWaveNs = never;
  if (peer.path !== undefined || peer.session === undefined) return;
  peer.wave += 1;
  forgetOldProbes(peer, nowNs);
  peer.nextWaveNs = nowNs + wavePauseNs(peer.wave);
  sendControl(device, peer, makeOffer(device), undefined, sink, true);
  punch(device, peer, nowNs, 0, sink);
}

const probeLifeNs = 3_000 * nsPerMs;

function forgetOldProbes(peer: Peer, nowNs: number): void {
  for (const [probe, { sentNs }] of peer.probes) {
    if (nowNs - sentNs > probeLifeNs) peer.probes.delete(probe);
  }
}

export function sendProbe(
  device: Device,
  peer: Peer,
  nowNs: number,
  socket: number,
  to: Endpoint,
  source: StepSource,
  sink: DeviceSink,
  ttl?: number,
): void {
  if (peer.session === undefined || !isWithinBudget(peer, source)) return;
  const probe = drawNumber(device);
  if (ttl === undefined) peer.probes.set(probe, { sentNs: nowNs, socket, to, source });
  peer.counts.probes += 1;
  const way = { socket, to, ...(ttl !== undefined && { ttl }) };
  sendControl(device, peer, { kind: 'probe', probe }, way, sink);
}

/** To an address that nobody but the peer vouches for goes at most three times what came from the peer. */
function isWithinBudget(peer: Peer, source: StepSource): boolean {
  if (source !== 'host' && source !== 'mapped') return true;
  if (peer.claimedBytes + probeBytes > 3 * peer.receivedBytes) return false;
  peer.claimedBytes += probeBytes;
  return true;
}

/** The peer's own probe came from there: its way to us is open, so we try ours at once. */
export function answerProbe(
  device: Device,
  peer: Peer,
  nowNs: number,
  socket: number,
  from: Endpoint,
  sink: DeviceSink,
): void {
  if (peer.path !== undefined && isSameEndpoint(peer.path.endpoint, from)) return;
  const key = `reflexive ${keyOfEndpoint(from)}`;
  const lastNs = peer.planned.get(key);
  if (lastNs !== undefined && nowNs - lastNs < 4 * nsPerMs) return;
  peer.planned.set(key, nowNs);
  sendProbe(device, peer, nowNs, socket, from, 'reflexive', sink);
}

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
  if (path.suspectSinceNs !== undefined || isBetter) replacePath(device, peer, nowNs, proved, sink);
  else peer.spare = proved;
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
  if (mayUse(device, peer)) useDirect(device, peer, nowNs, sink);
  for (const packet of peer.waiting.splice(0)) sendPacket(device, peer, nowNs, packet, sink);
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

/** 5 % and 1 ms: what is as good as the relay does not make us change. */
export function mayUse({ options }: Device, { path, wayNs }: Peer): boolean {
  if (path === undefined || options.use === 'never-switch') return false;
  return options.use !== 'direct-when-better' || path.rttNs < 2 * wayNs * 0.95 - nsPerMs;
}

export function useDirect(device: Device, peer: Peer, nowNs: number, sink: DeviceSink): void {
  beginEpoch(device, peer, nowNs, undefined, sink);
  peer.route = 'direct';
  sink.record('relay.stopped', {
    peer: peer.options.name,
    afterNs: nowNs - (peer.firstNs ?? nowNs),
  });
}

function replacePath(
  device: Device,
  peer: Peer,
  nowNs: number,
  proved: DirectPath,
  sink: DeviceSink,
): void {
  const { socket, endpoint: to } = peer.path!;
  if (peer.route === 'direct') beginEpoch(device, peer, nowNs, { socket, to }, sink);
  peer.path = proved;
  peer.spare = undefined;
  sink.record('path.replaced', { peer: peer.options.name, rttNs: proved.rttNs });
}
