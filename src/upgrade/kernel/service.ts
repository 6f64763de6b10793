/**
 * What a service uses to be upgraded without its peers' knowing: it registers, tells what it has in hand,
 * and the same program, started anew, takes over where the old one stopped.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import process from 'node:process';
import { never, nsPerMs } from '../../base/time.ts';
import type { RecordSink } from '../../trace/record.ts';
import type { FromUnit, Leftover, NamedSocket, SocketId, ToUnit } from '../messages.ts';
import {
  advanceSource,
  beginUpgrade,
  createSource,
  hearTarget,
  hearUnitAsSource,
  loseTarget,
  type SourceSink,
  type SourceState,
  setComplete,
} from '../source.ts';
import type { HandedData } from '../target.ts';
import type { Line } from './line.ts';
import { TargetProcess } from './target-process.ts';
import { openRawSocket, UpgradableConnection } from './upgradable-connection.ts';

export interface ServiceOptions {
  readonly name: string;
  readonly version: string;
  /** Which unit, where a network namespace has several; left out: `default`. */
  readonly unit?: string;
  readonly listen: { readonly port: number; readonly host?: string };
  /** One that came, or one that was taken over, with the note of the process before. */
  readonly onConnection: (connection: UpgradableConnection, note: string | undefined) => void;
  /** Whether nothing of a message has come without its end, nor its answer is still owed. */
  readonly isComplete: (connection: UpgradableConnection) => boolean;
  /** The process data; it may be large, and is copied while the service goes on. */
  readonly exportState: () => string;
  /** Why it can't be taken over, if it can't. */
  readonly importState: (state: string, version: string) => string | undefined;
  /** What came to the process data since; left out: nothing ever does. */
  readonly exportChanges?: () => string;
  readonly importChanges?: (changes: string) => void;
  readonly exportNote?: (connection: UpgradableConnection) => string;
  readonly records?: RecordSink;
  /** The target serves; left out: this process ends. */
  readonly onLeave?: () => void;
}

export type UpgradeOutcome =
  | { readonly kind: 'switched' }
  | { readonly kind: 'kept'; readonly reason: string };

interface Listening {
  readonly socket: SocketId;
  server: Server;
}

export class UpgradableService {
  readonly #options: ServiceOptions;
  readonly #line: Line;
  readonly #state: SourceState;
  readonly #connections = new Map<SocketId, UpgradableConnection>();
  /** Of a target: opened before the source stopped, by socket. */
  readonly #prepared = new Map<SocketId, Socket>();
  #listening: Listening | undefined;
  #nextSocket = 0;
  #isHolding = false;
  #target: TargetProcess | undefined;
  #inHand: HandedData | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onOutcome: (outcome: UpgradeOutcome) => void = () => {};

  constructor(options: ServiceOptions, line: Line) {
    this.#options = options;
    this.#line = line;
    this.#state = createSource(options.name, options.version);
  }

  get connections(): ReadonlyMap<SocketId, UpgradableConnection> {
    return this.#connections;
  }

  /** Where it listens, once it does. */
  get port(): number | undefined {
    return (this.#listening?.server.address() as AddressInfo | null)?.port;
  }

  /** This process steps back for what the command starts. */
  upgrade(command: readonly string[]): Promise<UpgradeOutcome> {
    const { promise, resolve } = Promise.withResolvers<UpgradeOutcome>();
    if (beginUpgrade(this.#state, command, nowNs(), this.#sink)) this.#onOutcome = resolve;
    else resolve({ kind: 'kept', reason: 'an upgrade is under way' });
    this.#arm();
    return promise;
  }

  /** A new service: it listens where it was told to. */
  async listen(): Promise<void> {
    const { port, host } = this.#options.listen;
    const server = this.#createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    await promise;
    const socket = this.#nextSocket++;
    this.#listening = { socket, server };
    const { name, version } = this.#options;
    this.#sayUnit({ kind: 'register', service: name, version });
    const named: NamedSocket = { socket, kind: 'listener', name: `${host ?? '*'}:${port}` };
    this.#line.say({ kind: 'opened', sockets: [named] }, [descriptorOf(server)]);
  }

  /** What takes long of `take`: the source still reads from them, this process does not. */
  prepare(sockets: readonly NamedSocket[], descriptors: ReadonlyMap<SocketId, number>): void {
    for (const { socket, kind } of sockets) {
      if (kind === 'connection')
        this.#prepared.set(socket, openRawSocket(descriptors.get(socket)!));
    }
  }

  /** The source closed it: our duplicate would keep it open. */
  letGo(socket: SocketId): void {
    this.#prepared.get(socket)?.destroy();
    this.#prepared.delete(socket);
  }

  /** Sockets of the process before, or our own again. Nothing is read yet. */
  take(
    sockets: readonly NamedSocket[],
    descriptors: ReadonlyMap<SocketId, number>,
    data: HandedData,
  ): void {
    const leftovers = new Map(data.leftovers.map((leftover) => [leftover.socket, leftover]));
    for (const named of sockets) {
      const { socket, kind } = named;
      this.#nextSocket = Math.max(this.#nextSocket, socket + 1);
      if (kind === 'listener') {
        const server = this.#createServer().listen({ fd: descriptors.get(socket)! });
        this.#listening = { socket, server };
      } else {
        const raw = this.#prepared.get(socket) ?? openRawSocket(descriptors.get(socket)!);
        this.#prepared.delete(socket);
        this.#takeConnection(named, raw, leftovers.get(socket));
      }
    }
  }

  #takeConnection({ socket, name }: NamedSocket, raw: Socket, leftover?: Leftover): void {
    const known = this.#connections.get(socket);
    const connection = known ?? this.#addConnection(socket, name);
    if (leftover !== undefined) {
      connection.resumeFrom(known === undefined ? leftover : { ...leftover, unsent: '' });
    }
    connection.hold();
    connection.attach(raw);
    if (known === undefined) this.#options.onConnection(connection, leftover?.note);
  }

  serve(): void {
    for (const connection of this.#connections.values()) connection.release();
  }

  hearUnit(message: FromUnit, takeDescriptors: (count: number) => number[]): void {
    if (message.kind === 'upgrade-asked') {
      void this.upgrade(message.command);
      return;
    }
    if (message.kind === 'given-back' && message.sockets.length > 0) {
      const descriptors = takeDescriptors(message.sockets.length);
      const bySocket = message.sockets.map(({ socket }, at) => [socket, descriptors[at]!] as const);
      this.take(message.sockets, new Map(bySocket), this.#inHand!);
    }
    hearUnitAsSource(this.#state, message, nowNs(), this.#sink);
    this.#arm();
  }

  #createServer(): Server {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (raw) => {
      this.#accept(raw);
    });
    return server;
  }

  #accept(raw: Socket): void {
    const socket = this.#nextSocket++;
    const name = `${raw.remoteAddress}:${raw.remotePort}`;
    const connection = this.#addConnection(socket, name);
    const fd = descriptorOf(raw);
    this.#line.say({ kind: 'opened', sockets: [{ socket, kind: 'connection', name }] }, [fd]);
    connection.attach(raw);
    this.#options.onConnection(connection, undefined);
    if (this.#isHolding) connection.hold();
    else connection.release();
  }

  #addConnection(socket: SocketId, name: string): UpgradableConnection {
    const connection = new UpgradableConnection(socket, name);
    this.#connections.set(socket, connection);
    connection.onMoved = () => this.#moved(connection);
    return connection;
  }

  #moved(connection: UpgradableConnection): void {
    const { socketId, destroyed } = connection;
    if (destroyed && this.#connections.delete(socketId)) {
      this.#sayUnit({ kind: 'closed', socket: socketId });
    }
    const isComplete = destroyed || this.#isWhole(connection);
    if (this.#isHolding && isComplete) connection.hold();
    setComplete(this.#state, socketId, isComplete, nowNs(), this.#sink);
    this.#arm();
  }

  #isWhole(connection: UpgradableConnection): boolean {
    return connection.isHandedOn && this.#options.isComplete(connection);
  }

  #sayUnit(message: ToUnit): void {
    this.#line.say(message);
  }

  readonly #sink: SourceSink = {
    sayUnit: (message) => this.#sayUnit(message),
    sayTarget: (message) => this.#target?.say(message),
    createTarget: (command) => this.#createTarget(command),
    endTarget: () => this.#endTarget(),
    exportState: () => this.#options.exportState(),
    hold: (isHeld) => this.#hold(isHeld),
    stop: () => this.#stop(),
    leave: () => this.#leave(),
    record: (kind, fields) => this.#options.records?.record(kind, fields),
    abandoned: (reason) => this.#onOutcome({ kind: 'kept', reason }),
  };

  #createTarget(command: readonly string[]): void {
    this.#target = new TargetProcess(command, {
      heard: (message) => {
        hearTarget(this.#state, message, nowNs(), this.#sink);
        this.#arm();
      },
      ended: () => {
        loseTarget(this.#state, this.#sink);
        this.#arm();
      },
    });
  }

  #endTarget(): void {
    this.#target?.end();
    this.#target = undefined;
  }

  #hold(isHeld: boolean): void {
    this.#isHolding = isHeld;
    for (const connection of this.#connections.values()) {
      if (!isHeld) connection.release();
      else if (!this.#state.incomplete.has(connection.socketId)) connection.hold();
    }
  }

  /** From here on the unit's duplicates are the only descriptors. */
  #stop(): HandedData {
    this.#listening?.server.close();
    const leftovers = [...this.#connections.values()].map((connection) =>
      connection.detach(this.#options.exportNote?.(connection) ?? ''),
    );
    const changes = this.#options.exportChanges?.() ?? '';
    this.#inHand = { kind: 'data', changes, leftovers };
    return this.#inHand;
  }

  #leave(): void {
    this.#onOutcome({ kind: 'switched' });
    this.#line.close();
    this.#target?.letGo();
    clearTimeout(this.#timer);
    if (this.#options.onLeave === undefined) process.exit(0);
    this.#options.onLeave();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#state.deadlineNs === never) return;
    const delayMs = Math.max(0, this.#state.deadlineNs - nowNs()) / nsPerMs;
    this.#timer = setTimeout(() => {
      advanceSource(this.#state, nowNs(), this.#sink);
      this.#arm();
    }, delayMs);
  }
}

function descriptorOf(owner: Server | Socket): number {
  return (owner as unknown as { _handle: { fd: number } })._handle.fd;
}

export function nowNs(): number {
  return Math.round(performance.now() * nsPerMs);
}
