/** Opens a direct path to a peer while packets go on by the relay, and decides which of them they take. */
import { type Endpoint, familyOf } from '../base/address.ts';
import { never, nsPerMs } from '../base/time.ts';
import type { SeenBox } from './box-kind.ts';
import { drawNumber } from './chance.ts';
import type { Device, DeviceSink, Peer, ProbeStep } from './device-state.ts';
import { isSameEndpoint, keyOfEndpoint } from './endpoints.ts';
import { makeOffer } from './offer.ts';
import { ownBox } from './own-box.ts';
import { maySearch, planSearch } from './port-search.ts';
import { mayProbe } from './probe-budget.ts';
import { chooseTargets, openerTtl, planSteps, type WaveFacts, wavePauseNs } from './probe-plan.ts';
import { relayOf, sendControl } from './sending.ts';
import type { StepSource } from './step-source.ts';

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
  addSteps(peer, planSteps(stepAside(device, peer, facts, sink), targets));
}

/**
 * A box that draws its ports answers a packet that it let in from the port that it came to, which the other
 * knows; once it has drawn a port for that destination it no longer does. So tries of our own leave from
 * another socket, and the first one only answers.
 */
function stepAside(device: Device, peer: Peer, facts: WaveFacts, sink: DeviceSink): WaveFacts {
  if (facts.own.kind !== 'random') return facts;
  peer.aside ??= sink.openSockets(1);
  const { aside } = peer;
  const socketFor = (endpoint: Endpoint) => {
    const socket = facts.socketFor(endpoint);
    return socket === device.socket ? aside : socket;
  };
  // Nor is there a reason to wait: what comes too early can only spoil this socket's own way.
  return { ...facts, leadNs: 0, socketFor };
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
  const waitNs = wave === 1 ? courtesyNs(peer, own) : 0;
  return {
    ...{ nowNs, own, ownObserved: link.observed, observed, offer, wayNs, wave },
    socketFor: (endpoint) => socketFor(device, endpoint),
    isAsked: peer.session?.role === 'responder',
    // A port that was drawn for a relay is not the one that its box gives next: it cannot be spoilt.
    openerTtl: device.options.without === 'opener' ? undefined : openerTtl,
    leadNs: offer?.box === 'random' ? 0 : Math.max(leadNs, waitNs),
  };
}

/**
 * How long a device behind a box that counts lets the other go first: the initiator learns one way later
 * what box the responder is behind, and a packet that came to it before its own could spoil its box.
 */
function courtesyNs({ session, wayNs }: Peer, { kind }: SeenBox): number {
  return session?.role === 'responder' && kind === 'sequential' ? wayNs : 0;
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
  if (peer.session === undefined || !mayProbe(peer, nowNs, source)) return;
  const probe = drawNumber(device);
  if (ttl === undefined) peer.probes.set(probe, { sentNs: nowNs, socket, to, source });
  peer.counts.probes += 1;
  const way = { socket, to, ...(ttl !== undefined && { ttl }) };
  sendControl(device, peer, { kind: 'probe', probe }, way, sink);
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
