/** How a process becomes a service: the first of its name, or the target of an upgrade. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { RopewalkError } from '../../base/errors.ts';
import {
  bringsDescriptor,
  type FromUnit,
  type SocketId,
  type SourceToTarget,
  type TargetToSource,
} from '../messages.ts';
import {
  advanceTarget,
  createTarget,
  hearSource,
  hearUnitAsTarget,
  loseSource,
  type TargetSink,
  type TargetState,
} from '../target.ts';
import { collect } from './collection.ts';
import { emitFrame, FrameReader } from './frames.ts';
import { Line } from './line.ts';
import { type Rehearsal, rehearse } from './rehearsal.ts';
import { nowNs, type ServiceOptions, UpgradableService } from './service.ts';
import { sourceVariable } from './target-process.ts';
import { reachUnit, unitGone, unitVariable } from './unit-address.ts';

/** Resolves when it serves. A target that can't take over ends with what stood in its way. */
export async function register(options: ServiceOptions): Promise<UpgradableService> {
  const unit = options.unit ?? process.env[unitVariable] ?? 'default';
  const { socket, descriptorFd } = await reachUnit(unit);
  const begun = Promise.withResolvers<void>();
  const parties: { heard: (message: FromUnit, take: (count: number) => number[]) => void } = {
    heard: () => {},
  };
  const line = new Line(socket, descriptorFd, {
    heard: (message, take) => parties.heard(message as FromUnit, take),
    ended: () => begun.reject(unitGone(unit)),
  });
  const service = new UpgradableService(options, line);
  const door = process.env[sourceVariable];
  if (door === undefined) await begin(service, parties, begun);
  else await takeOver({ options, service, parties, line, door, begun });
  parties.heard = (message, take) => service.hearUnit(message, take);
  begun.promise.catch(() => {});
  return service;
}

interface Parties {
  heard: (message: FromUnit, take: (count: number) => number[]) => void;
}

async function begin(
  service: UpgradableService,
  parties: Parties,
  begun: PromiseWithResolvers<void>,
): Promise<void> {
  parties.heard = (message) => {
    if (message.kind === 'registered') begun.resolve();
    if (message.kind === 'refused') begun.reject(refused(message.reason));
  };
  await service.listen();
  await begun.promise;
}

interface TakingOver {
  readonly options: ServiceOptions;
  readonly service: UpgradableService;
  readonly parties: Parties;
  readonly line: Line;
  readonly door: string;
  readonly begun: PromiseWithResolvers<void>;
}

/** Of a service that says nothing of itself. */
const lines = (): Rehearsal => ({
  onConnection: (connection) => {
    connection.on('data', (piece: Uint8Array) => connection.write(piece));
  },
  question: ['question\n'],
  end: () => {},
});

async function takeOver(over: TakingOver): Promise<void> {
  await rehearse((over.options.rehearsal ?? lines)());
  const [name, secret] = over.door.split(' ') as [string, string];
  const source = connect(`\0${name}`);
  source.on('error', () => source.destroy());
  await Promise.race([once(source, 'connect'), once(source, 'close')]);
  source.write(emitFrame({ secret }));
  const taken = new Map<SocketId, number>();
  const sink = sinkOf(over, source, taken);
  const state = createTarget(over.options.version, process.pid, nowNs(), sink);
  const timer = setInterval(() => advanceTarget(state, nowNs(), sink), 1_000);
  listenTo(source, state, sink);
  over.parties.heard = (message, take) => {
    const beside = socketsBeside(message);
    for (const [at, fd] of take(beside.length).entries()) taken.set(beside[at]!, fd);
    hearUnitAsTarget(state, message, sink);
  };
  try {
    await over.begun.promise;
  } finally {
    clearInterval(timer);
    source.destroy();
  }
}

function socketsBeside(message: FromUnit): SocketId[] {
  if (message.kind !== 'prepared' && message.kind !== 'switched') return [];
  return message.sockets.filter(bringsDescriptor).map(({ socket }) => socket);
}

function listenTo(source: Socket, state: TargetState, sink: TargetSink): void {
  const reader = new FrameReader();
  source.on('data', (piece: Uint8Array) => {
    for (const message of reader.read(piece)) hearSource(state, message as SourceToTarget, sink);
  });
  source.once('close', () => loseSource(state, sink));
}

function sinkOf(
  { options, service, line, begun }: TakingOver,
  source: Socket,
  descriptors: Map<SocketId, number>,
): TargetSink {
  return {
    saySource: (message: TargetToSource) => source.write(emitFrame(message)),
    sayUnit: (message) => line.say(message),
    importState: (state, version) => options.importState(state, version),
    prepare: (sockets, ready) => {
      service.prepare(sockets, descriptors);
      // Streams do the half of it when this turn is over: who waits for the switch is not to wait for that.
      setImmediate(() => {
        collect();
        ready();
      });
    },
    letGo: (socket) => service.letGo(socket),
    take: (sockets, data) => {
      options.importChanges?.(data.changes);
      service.take(sockets, descriptors, data);
    },
    serve: () => {
      service.serve();
      begun.resolve();
    },
    giveUp: (reason) => begun.reject(refused(reason)),
    record: (kind, fields) => options.records?.record(kind, fields),
  };
}

function refused(reason: string): RopewalkError {
  return new RopewalkError({
    code: 'upgrade-refused',
    message: `this process does not become the service: ${reason}`,
    hint: 'see what runs: ropewalk upgrade --list',
  });
}
