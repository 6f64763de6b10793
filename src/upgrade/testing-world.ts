/**
 * A unit, processes that serve, and their peers, without an operating system. Each link between two
 * parties keeps its order; which of them moves next is drawn. A message of a peer comes in pieces.
 */
import { drawBelow, type Random, seedRandom } from '../base/random.ts';
import type {
  FromUnit,
  Leftover,
  NamedSocket,
  SocketId,
  SourceToTarget,
  TargetToSource,
  ToUnit,
} from './messages.ts';
import {
  advanceSource,
  beginUpgrade,
  createSource,
  hearTarget,
  hearUnitAsSource,
  loseTarget,
  type SourceState,
  setComplete,
} from './source.ts';
import {
  createTarget,
  type HandedData,
  hearSource,
  hearUnitAsTarget,
  loseSource,
  type TargetState,
} from './target.ts';
import { createUnit, hearClient, loseClient } from './unit.ts';
import type { UnitState } from './unit-services.ts';

const piecesAMessage = 3;
const stepNs = 1_000_000;

interface Peer {
  readonly socket: SocketId;
  /** Pieces that wait in the kernel. */
  arrived: number;
  sent: number;
}

/** A message's number, whose counter it got, and who served it. */
export interface Served {
  readonly socket: SocketId;
  readonly message: number;
  readonly count: number;
  readonly pid: number;
}

interface Process {
  readonly pid: number;
  readonly source: SourceState;
  target: TargetState | undefined;
  isAlive: boolean;
  isHeld: boolean;
  /** It has descriptors and may read them. */
  isReading: boolean;
  /** Pieces of the message that comes in, and messages served, of each socket. */
  readonly progress: Map<SocketId, { pieces: number; messages: number }>;
  counter: number;
}

export class World {
  readonly served: Served[] = [];
  readonly trace: string[] = [];
  readonly peers: Peer[];
  readonly processes: Process[] = [];
  readonly unit: UnitState = createUnit();
  readonly abandoned: string[] = [];
  readonly #random: Random;
  readonly #links = new Map<string, (() => void)[]>();
  #nowNs = 0;
  #tokens = 0;

  constructor(seed: number, peers: number) {
    this.#random = seedRandom(seed, 'upgrade');
    this.peers = Array.from({ length: peers }, (_, socket) => ({ socket, arrived: 0, sent: 0 }));
    const first = this.#addProcess();
    this.#toUnit(first, { kind: 'register', service: 'counter', version: '1' });
    const sockets = this.peers.map(({ socket }): NamedSocket => {
      return { socket, kind: 'connection', name: `peer ${socket}` };
    });
    this.#toUnit(first, { kind: 'opened', sockets });
    this.#hold(first, sockets, []);
    first.isReading = true;
    this.run(20);
  }

  get owner(): Process {
    const { services } = this.unit;
    const pid = services.get('counter')!.owner.pid;
    return this.processes.find((process) => process.pid === pid)!;
  }

  upgrade(): void {
    const { owner } = this;
    beginUpgrade(owner.source, [], this.#nowNs, this.#sourceSink(owner));
  }

  /** The last process that was made, unless it said that it holds the sockets: it is the service then. */
  killTarget(): void {
    const target = this.processes.at(-1)!;
    const kind = target.target?.phase.kind;
    if (target.isAlive && kind !== undefined && kind !== 'taken' && kind !== 'serving') {
      this.#kill(target);
    }
  }

  stranger(message: ToUnit): FromUnit[] {
    const heard: FromUnit[] = [];
    const sink = { ...this.#unitSink(), say: (_: number, said: FromUnit) => heard.push(said) };
    hearClient(this.unit, { id: 99, pid: 99 }, message, sink, () => 'drawn');
    return heard;
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step();
  }

  /** Everything that is under way comes to its end. */
  settle(): void {
    for (let step = 0; step < 100_000 && !this.#isQuiet(); step++) this.#step(false);
  }

  #isQuiet(): boolean {
    const isBusy = [...this.#links.values()].some((link) => link.length > 0);
    const isSwitching = this.processes.some(
      ({ isAlive, source }) =>
        isAlive && source.phase.kind !== 'serving' && source.phase.kind !== 'left',
    );
    const isWaiting = this.peers.some(
      ({ arrived, sent }) => arrived > 0 || sent % piecesAMessage > 0,
    );
    return !isBusy && !isSwitching && !isWaiting;
  }

  #step(isSending = true): void {
    this.#nowNs += stepNs;
    for (const peer of this.peers) {
      const isInside = peer.sent % piecesAMessage > 0;
      if ((isSending || isInside) && drawBelow(this.#random, 4) === 0) this.#send(peer);
    }
    for (const process of this.processes) if (process.isReading) this.#read(process);
    for (const link of this.#links.values()) if (drawBelow(this.#random, 2) === 0) link.shift()?.();
    for (const process of this.processes) {
      if (process.isAlive) advanceSource(process.source, this.#nowNs, this.#sourceSink(process));
    }
  }

  #send(peer: Peer): void {
    peer.arrived += 1;
    peer.sent += 1;
  }

  #read(process: Process): void {
    for (const peer of this.peers) {
      const progress = process.progress.get(peer.socket)!;
      if (peer.arrived === 0 || (process.isHeld && progress.pieces === 0)) continue;
      if (!process.isReading) return;
      peer.arrived -= 1;
      this.#take(process, peer.socket, progress);
    }
  }

  #take(process: Process, socket: SocketId, progress: { pieces: number; messages: number }): void {
    progress.pieces = (progress.pieces + 1) % piecesAMessage;
    const isWhole = progress.pieces === 0;
    if (isWhole) {
      process.counter += 1;
      const { pid, counter: count } = process;
      this.served.push({ socket, message: progress.messages, count, pid });
      progress.messages += 1;
    }
    setComplete(process.source, socket, isWhole, this.#nowNs, this.#sourceSink(process));
  }

  #addProcess(): Process {
    const process: Process = {
      ...{ pid: this.processes.length, source: createSource('counter', '1'), target: undefined },
      ...{ isAlive: true, isHeld: false, isReading: false, progress: new Map(), counter: 0 },
    };
    this.processes.push(process);
    return process;
  }

  #kill(process: Process): void {
    process.isAlive = false;
    process.isReading = false;
    const source = this.processes.find(({ source: { phase } }) => {
      return phase.kind !== 'serving' && phase.kind !== 'left';
    });
    this.#along('unit', () => loseClient(this.unit, process.pid, this.#nowNs, this.#unitSink()));
    if (source === undefined) return;
    this.#along('source', () => loseTarget(source.source, this.#sourceSink(source)));
  }

  #hold(process: Process, sockets: readonly NamedSocket[], leftovers: readonly Leftover[]): void {
    for (const { socket } of sockets) {
      const note = leftovers.find((one) => one.socket === socket)?.note;
      const messages = note === undefined ? 0 : Number(note);
      process.progress.set(socket, { pieces: 0, messages });
    }
  }

  #along(link: string, deliver: () => void): void {
    const queue = this.#links.get(link) ?? [];
    queue.push(deliver);
    this.#links.set(link, queue);
  }

  #toUnit(from: Process, message: ToUnit): void {
    this.#along(`${from.pid} to unit`, () => {
      const draw = () => `token ${this.#tokens++}`;
      hearClient(this.unit, { id: from.pid, pid: from.pid }, message, this.#unitSink(), draw);
    });
  }

  #unitSink() {
    return {
      say: (to: number, message: FromUnit) => {
        this.#along(`unit to ${to}`, () => this.#hearUnit(this.processes[to]!, message));
      },
      release: () => {},
      record: (kind: string) => this.trace.push(kind),
    };
  }

  #hearUnit(process: Process, message: FromUnit): void {
    if (!process.isAlive) return;
    if (message.kind === 'given-back' && message.sockets.length > 0) process.isReading = true;
    if (process.target !== undefined && process.target.phase.kind !== 'serving') {
      hearUnitAsTarget(process.target, message, this.#targetSink(process));
    } else {
      hearUnitAsSource(process.source, message, this.#sourceSink(process));
    }
  }

  #sourceSink(process: Process) {
    const record = (kind: string) => this.trace.push(kind);
    return {
      ...{ record, leave: () => {}, endTarget: () => this.#endTargetOf(process) },
      sayUnit: (message: ToUnit) => this.#toUnit(process, message),
      sayTarget: (message: SourceToTarget) => this.#toTarget(message),
      createTarget: () => this.#createTarget(process),
      exportState: () => '',
      hold: (isHeld: boolean) => {
        process.isHeld = isHeld;
      },
      stop: () => this.#stop(process),
      close: () => {},
      abandoned: (reason: string) => this.abandoned.push(reason),
    };
  }

  #endTargetOf(process: Process): void {
    const target = this.processes.at(-1)!;
    if (target !== process && target.target?.phase.kind !== 'serving') target.isAlive = false;
  }

  #stop(process: Process): HandedData {
    process.isReading = false;
    const leftovers = [...process.progress].map(([socket, { pieces, messages }]): Leftover => {
      if (pieces > 0) throw new Error(`stopped within a message of socket ${socket}`);
      return { socket, unread: '', unsent: '', note: String(messages) };
    });
    return { kind: 'data', changes: String(process.counter), leftovers, carried: '' };
  }

  #createTarget(source: Process): void {
    const target = this.#addProcess();
    target.target = createTarget('2', target.pid, this.#nowNs, {
      ...this.#targetSink(target),
      saySource: (message) => this.#toSource(source, message),
    });
  }

  #toTarget(message: SourceToTarget): void {
    const target = this.processes.at(-1)!;
    this.#along('source to target', () => {
      if (target.isAlive) hearSource(target.target!, message, this.#targetSink(target));
    });
  }

  #toSource(source: Process, message: TargetToSource): void {
    this.#along('target to source', () => {
      hearTarget(source.source, message, this.#nowNs, this.#sourceSink(source));
    });
  }

  #targetSink(process: Process) {
    return {
      saySource: (message: TargetToSource) => this.#toSource(this.processes.at(-2)!, message),
      sayUnit: (message: ToUnit) => this.#toUnit(process, message),
      importState: () => undefined,
      prepare: (sockets: readonly NamedSocket[], ready: () => void) => {
        this.#hold(process, sockets, []);
        ready();
      },
      letGo: () => {},
      take: (sockets: readonly NamedSocket[], { changes, leftovers }: HandedData) => {
        process.counter = Number(changes);
        const prepared = [...process.progress.keys()].map((socket): NamedSocket => {
          return { socket, kind: 'connection', name: `peer ${socket}` };
        });
        this.#hold(process, [...prepared, ...sockets], leftovers);
      },
      serve: () => {
        process.isReading = true;
      },
      giveUp: () => loseSource(process.target!, this.#targetSink(process)),
      record: (kind: string) => this.trace.push(kind),
    };
  }
}
