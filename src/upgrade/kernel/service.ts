/**
 * What a service uses to be upgraded without its peers' knowing: it registers, tells what it has in hand,
 * and the same program, started anew, takes over where the old one stopped.
 */
import process from 'node:process';
import { never, nsPerMs } from '../../base/time.ts';
import type { RecordSink } from '../../trace/record.ts';
import {
  bringsDescriptor,
  type FromUnit,
  type NamedSocket,
  type SocketId,
  type ToUnit,
} from '../messages.ts';
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
import { KernelSockets } from './kernel-sockets.ts';
import type { Line } from './line.ts';
import type { Rehearsal } from './rehearsal.ts';
import { type ConnectionUser, ServiceConnections } from './service-connections.ts';
import type {
  Descriptors,
  Listening,
  Opened,
  OpenSockets,
  ServiceSockets,
} from './service-sockets.ts';
import { TargetProcess } from './target-process.ts';
import type { UpgradableConnection } from './upgradable-connection.ts';

export interface ServiceOptions extends ConnectionUser, Listening {
  readonly name: string;
  readonly version: string;
  /** Which unit, where a network namespace has several; left out: `default`. */
  readonly unit?: string;
  /** The process data; it may be large, and is copied while the service goes on. */
  readonly exportState: () => string;
  /** Why it can't be taken over, if it can't. */
  readonly importState: (state: string, version: string) => string | undefined;
  /** What came to the process data since; left out: nothing ever does. */
  readonly exportChanges?: () => string;
  readonly importChanges?: (changes: string) => void;
  /** Who makes its sockets; left out: the kernel. */
  readonly sockets?: OpenSockets;
  /** What a target goes through before it takes over; left out: lines that are said back. */
  readonly rehearsal?: () => Rehearsal;
  readonly records?: RecordSink;
  /** The target serves; left out: this process ends. */
  readonly onLeave?: () => void;
}

/** A process that ends gives its memory back, and keeps a processor for it that the target's first answers want. */
const afterwardsMs = 100;

export type UpgradeOutcome =
  | { readonly kind: 'switched' }
  | { readonly kind: 'kept'; readonly reason: string };

export class UpgradableService {
  readonly #options: ServiceOptions;
  readonly #line: Line;
  readonly #state: SourceState;
  readonly #connections: ServiceConnections;
  readonly #sockets: ServiceSockets;
  #target: TargetProcess | undefined;
  #inHand: HandedData | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onOutcome: (outcome: UpgradeOutcome) => void = () => {};

  constructor(options: ServiceOptions, line: Line) {
    this.#options = options;
    this.#line = line;
    this.#state = createSource(options.name, options.version);
    this.#connections = new ServiceConnections(options, {
      closed: (socket) => this.#sayUnit({ kind: 'closed', socket }),
      moved: (socket, isComplete) => {
        setComplete(this.#state, socket, isComplete, nowNs(), this.#sink);
        this.#arm();
      },
    });
    const ground = {
      ...{ options, connections: this.#connections },
      opened: ({ sockets, descriptors }: Opened) =>
        this.#line.say({ kind: 'opened', sockets }, descriptors),
    };
    const open: OpenSockets = options.sockets ?? ((one) => new KernelSockets(one));
    this.#sockets = open(ground);
  }

  get connections(): ReadonlyMap<SocketId, UpgradableConnection> {
    return this.#connections.bySocket;
  }

  /** Where it listens, once it does. */
  get port(): number | undefined {
    return this.#sockets.port;
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
    const { sockets, descriptors } = await this.#sockets.listen();
    const { name, version } = this.#options;
    this.#sayUnit({ kind: 'register', service: name, version });
    this.#line.say({ kind: 'opened', sockets }, descriptors);
  }

  prepare(sockets: readonly NamedSocket[], descriptors: Descriptors): void {
    this.#sockets.prepare(sockets, descriptors);
  }

  letGo(socket: SocketId): void {
    this.#sockets.letGo(socket);
  }

  take(sockets: readonly NamedSocket[], descriptors: Descriptors, data: HandedData): void {
    this.#sockets.take(sockets, descriptors, data);
  }

  serve(): void {
    this.#sockets.serve();
  }

  hearUnit(message: FromUnit, takeDescriptors: (count: number) => number[]): void {
    if (message.kind === 'upgrade-asked') {
      void this.upgrade(message.command);
      return;
    }
    if (message.kind === 'given-back' && message.sockets.length > 0) {
      const beside = message.sockets.filter(bringsDescriptor);
      const descriptors = takeDescriptors(beside.length);
      const bySocket = beside.map(({ socket }, at) => [socket, descriptors[at]!] as const);
      this.#sockets.take(message.sockets, new Map(bySocket), this.#inHand!);
      this.#sockets.serve();
    }
    hearUnitAsSource(this.#state, message, this.#sink);
    this.#arm();
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
    hold: (isHeld) => this.#connections.hold(isHeld, this.#state.incomplete),
    stop: () => this.#stop(),
    close: () => this.#connections.closeDetached(),
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

  #stop(): HandedData {
    const leftovers = this.#connections.detachAll();
    const carried = this.#sockets.stop();
    const changes = this.#options.exportChanges?.() ?? '';
    this.#inHand = { kind: 'data', changes, leftovers, carried };
    return this.#inHand;
  }

  #leave(): void {
    this.#onOutcome({ kind: 'switched' });
    this.#line.close();
    this.#target?.letGo();
    clearTimeout(this.#timer);
    if (this.#options.onLeave !== undefined) this.#options.onLeave();
    else setTimeout(() => process.exit(0), afterwardsMs);
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

export function nowNs(): number {
  return Math.round(performance.now() * nsPerMs);
}
