/**
 * The socket interface unit as a machine: which process serves what through which sockets. It holds a
 * duplicate of each descriptor, so a socket outlives whoever uses it, and takes part in no data. At every
 * moment one process owns a service's sockets, or none while they change hands.
 */
import { never, nsPerSecond } from '../base/time.ts';
import type { FromUnit, NamedSocket, Refusal, SocketId, ToUnit } from './messages.ts';
import {
  bringing,
  type Client,
  type ClientId,
  type EarlyRequest,
  type HeldSocket,
  heldOf,
  type Intention,
  type Phase,
  type Service,
  tableOf,
  type UnitState,
} from './unit-services.ts';

/** A target whose source is gone has so long to ask, and to take. */
const orphanageNs = 1 * nsPerSecond;

export interface UnitSink {
  /** `sockets`: whose descriptors go beside it. */
  say(to: ClientId, message: FromUnit, sockets?: readonly HeldSocket[]): void;
  /** The duplicate is needed no more. */
  release(held: HeldSocket): void;
  record(kind: string, fields: Readonly<Record<string, string | number>>): void;
}

/** What is drawn by lot for one switch: nobody guesses it. */
export type DrawToken = () => string;

export function createUnit(): UnitState {
  return { services: new Map() };
}

export function hearClient(
  state: UnitState,
  from: Client,
  message: ToUnit,
  sink: UnitSink,
  drawToken: DrawToken,
): void {
  switch (message.kind) {
    case 'register':
      register(state, from, message.service, message.version, sink);
      return;
    case 'prepare':
      prepare(state, from, message, sink);
      return;
    case 'request':
      hearRequest(state, from, message, sink);
      return;
    case 'taken':
      hearTaken(state, from, sink);
      return;
    case 'ask-upgrade':
      askForUpgrade(state, from, message.service, message.command, sink);
      return;
    case 'list':
      sink.say(from.id, { kind: 'table', services: tableOf(state) });
      return;
    default:
      hearOwner(state, from, message, sink, drawToken);
      return;
  }
}

/** A process is gone, however it went. */
export function loseClient(state: UnitState, id: ClientId, nowNs: number, sink: UnitSink): void {
  for (const service of [...state.services.values()]) {
    const { phase, owner } = service;
    if (owner.id === id) loseOwner(state, service, nowNs, sink);
    else if (phase.kind === 'switching' && phase.target.id === id) loseTarget(state, service, sink);
    else if (phase.kind === 'intending' && phase.early?.target.id === id) {
      service.phase = { ...phase, early: undefined };
    }
  }
}

/** When `advance` is next due. */
export function unitDeadlineNs({ services }: UnitState): number {
  return Math.min(never, ...[...services.values()].map((service) => service.orphanedUntilNs));
}

export function advanceUnit(state: UnitState, nowNs: number, sink: UnitSink): void {
  for (const service of [...state.services.values()]) {
    if (service.orphanedUntilNs <= nowNs) endService(state, service, sink);
  }
}

function register(
  state: UnitState,
  from: Client,
  name: string,
  version: string,
  sink: UnitSink,
): void {
  if (state.services.has(name)) {
    refuse(from, 'name-taken', sink);
    return;
  }
  const phase: Phase = { kind: 'serving' };
  const service = {
    name,
    owner: from,
    version,
    phase,
    asker: undefined,
    orphanedUntilNs: never,
    sockets: new Map(),
  };
  state.services.set(name, service);
  sink.record('upgrade.mapping', { service: name, pid: from.pid });
  sink.record('upgrade.registered', { service: name, version, pid: from.pid });
  sink.say(from.id, { kind: 'registered' });
}

type OwnerSays = Extract<
  ToUnit,
  { kind: 'opened' | 'closed' | 'intend' | 'stopped' | 'give-back' }
>;

function hearOwner(
  state: UnitState,
  from: Client,
  message: OwnerSays,
  sink: UnitSink,
  drawToken: DrawToken,
): void {
  const service = ownedBy(state, from.id);
  if (service === undefined) {
    refuse(from, 'not-registered', sink);
    return;
  }
  switch (message.kind) {
    case 'opened':
      for (const socket of message.sockets) hold(service, socket, sink);
      return;
    case 'closed':
      letGo(service, message.socket, sink);
      return;
    case 'intend':
      intend(service, sink, drawToken);
      return;
    case 'stopped':
      noteStop(service, sink);
      return;
    case 'give-back':
      giveBack(service, message.reason, sink);
      return;
    default:
      message satisfies never;
  }
}

function hold(service: Service, socket: NamedSocket, sink: UnitSink): void {
  service.sockets.set(socket.socket, socket);
  const { name, owner } = service;
  sink.record('upgrade.socket-mapped', { service: name, pid: owner.pid, socket: socket.socket });
}

function letGo(service: Service, socket: SocketId, sink: UnitSink): void {
  if (service.sockets.delete(socket)) sink.release({ service: service.name, socket });
  const { phase } = service;
  const prepared =
    phase.kind === 'intending' || phase.kind === 'stopped' ? phase.prepared : undefined;
  if (prepared?.sockets.delete(socket)) sink.say(prepared.target, { kind: 'let-go', socket });
}

function intend(service: Service, sink: UnitSink, drawToken: DrawToken): void {
  if (service.phase.kind !== 'serving') {
    refuse(service.owner, 'already-upgrading', sink);
    return;
  }
  const tokens = { state: drawToken(), indication: drawToken() };
  service.phase = { kind: 'intending', tokens, prepared: undefined, early: undefined };
  sink.say(service.owner.id, { kind: 'ticket', tokens });
}

function noteStop(service: Service, sink: UnitSink): void {
  const { phase } = service;
  if (phase.kind !== 'intending') {
    refuse(service.owner, 'no-indication', sink);
    return;
  }
  const stopped = { ...phase, kind: 'stopped' } as const;
  service.phase = stopped;
  if (phase.early !== undefined) switchTo(service, stopped, phase.early, sink);
}

/** What takes long is done before anybody waits: the target gets duplicates while the source serves. */
function prepare(
  state: UnitState,
  from: Client,
  { service: name, token }: Extract<ToUnit, { kind: 'prepare' }>,
  sink: UnitSink,
): void {
  const service = serviceFor(state, from, name, sink);
  if (service === undefined) return;
  if (service.phase.kind !== 'intending' || service.phase.tokens.state !== token) {
    refuse(from, 'no-indication', sink);
    return;
  }
  const prepared = { target: from.id, sockets: new Set(service.sockets.keys()) };
  service.phase = { ...service.phase, prepared };
  const sockets = [...service.sockets.values()];
  sink.say(from.id, { kind: 'prepared', sockets }, heldOf(service));
}

function hearRequest(
  state: UnitState,
  from: Client,
  { service: name, token, version }: Extract<ToUnit, { kind: 'request' }>,
  sink: UnitSink,
): void {
  const service = serviceFor(state, from, name, sink);
  if (service === undefined) return;
  const { phase } = service;
  const isIntended = phase.kind === 'intending' || phase.kind === 'stopped';
  if (!isIntended || phase.tokens.indication !== token) {
    refuse(from, 'no-indication', sink);
    return;
  }
  const request = { target: from, version };
  if (phase.kind === 'intending') service.phase = { ...phase, early: request };
  else switchTo(service, phase, request, sink);
}

function switchTo(
  service: Service,
  { prepared }: Intention,
  { target, version }: EarlyRequest,
  sink: UnitSink,
): void {
  service.phase = { kind: 'switching', target, version };
  sink.record('upgrade.request', { service: service.name, pid: target.pid });
  const has = prepared?.target === target.id ? prepared.sockets : new Set<SocketId>();
  const sockets = [...service.sockets.values()].filter(({ socket }) => !has.has(socket));
  sink.say(target.id, { kind: 'switched', sockets }, bringing(service, sockets));
}

function hearTaken(state: UnitState, from: Client, sink: UnitSink): void {
  for (const service of state.services.values()) {
    const { phase, owner } = service;
    if (phase.kind !== 'switching' || phase.target.id !== from.id) continue;
    service.owner = from;
    service.version = phase.version;
    service.phase = { kind: 'serving' };
    service.orphanedUntilNs = never;
    sink.record('upgrade.switched', { service: service.name, from: owner.pid, to: from.pid });
    for (const party of [from, owner]) sink.say(party.id, { kind: 'committed' });
    tellAsker(service, { kind: 'switched-to', version: phase.version, pid: from.pid }, sink);
    return;
  }
  refuse(from, 'no-indication', sink);
}

function askForUpgrade(
  state: UnitState,
  from: Client,
  name: string,
  command: readonly string[],
  sink: UnitSink,
): void {
  const service = serviceFor(state, from, name, sink);
  if (service === undefined) return;
  if (service.phase.kind !== 'serving' || service.asker !== undefined) {
    refuse(from, 'already-upgrading', sink);
    return;
  }
  service.asker = from.id;
  sink.say(service.owner.id, { kind: 'upgrade-asked', command });
}

function tellAsker(service: Service, outcome: FromUnit, sink: UnitSink): void {
  if (service.asker !== undefined) sink.say(service.asker, outcome);
  service.asker = undefined;
}

function giveBack(service: Service, reason: string, sink: UnitSink): void {
  const hadStopped = service.phase.kind === 'stopped' || service.phase.kind === 'switching';
  service.phase = { kind: 'serving' };
  const { name, owner } = service;
  sink.record('upgrade.rolled-back', { service: name, pid: owner.pid, reason });
  tellAsker(service, { kind: 'kept', reason }, sink);
  const sockets = hadStopped ? [...service.sockets.values()] : [];
  sink.say(owner.id, { kind: 'given-back', sockets }, hadStopped ? heldOf(service) : []);
}

/** Once it stopped, its target may go on without it; else the service ends with it. */
function loseOwner(state: UnitState, service: Service, nowNs: number, sink: UnitSink): void {
  const { kind } = service.phase;
  if (kind === 'stopped' || kind === 'switching') service.orphanedUntilNs = nowNs + orphanageNs;
  else endService(state, service, sink);
}

function loseTarget(state: UnitState, service: Service, sink: UnitSink): void {
  if (service.orphanedUntilNs === never) giveBack(service, 'the target is gone', sink);
  else endService(state, service, sink);
}

function endService(state: UnitState, service: Service, sink: UnitSink): void {
  tellAsker(service, { kind: 'kept', reason: 'the service ended' }, sink);
  state.services.delete(service.name);
  for (const held of heldOf(service)) sink.release(held);
  sink.record('upgrade.service-ended', { service: service.name, pid: service.owner.pid });
}

function serviceFor(
  state: UnitState,
  asker: Client,
  name: string,
  sink: UnitSink,
): Service | undefined {
  const service = state.services.get(name);
  if (service === undefined) refuse(asker, 'no-such-service', sink);
  return service;
}

function ownedBy(state: UnitState, id: ClientId): Service | undefined {
  return [...state.services.values()].find(({ owner }) => owner.id === id);
}

function refuse(to: Client, reason: Refusal, sink: UnitSink): void {
  sink.record('upgrade.refused', { pid: to.pid, reason });
  sink.say(to.id, { kind: 'refused', reason });
}
