/**
 * A peer with a TCP of ours, an interface board and two boards in virtual time. The peer's link has a delay,
 * and may lose and reorder; the links of the boards have a delay, and can be cut. Everything that the peer
 * sees is kept.
 */
import { parseIp } from '../base/address.ts';
import { type Momentary, popMoment, pushMoment } from '../base/moment-heap.ts';
import { drawChance, drawUnit, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import type { Connection } from '../tcp/connection.ts';
import { advance, createTcpMachine } from '../tcp/machine.ts';
import type { TcpMachine } from '../tcp/machine-state.ts';
import { openConnection } from '../tcp/open.ts';
import { receivePacket } from '../tcp/packet-input.ts';
import type { CloseReason, TcpSink } from '../tcp/sink.ts';
import { closeConnection, consumeBytes, readableBytes, writeBytes } from '../tcp/user-calls.ts';
import type { BackupFrame } from '../wire/backup.ts';
import { tcpFlag, tcpOffset } from '../wire/tcp.ts';
import { advanceBoard, receiveFromInterface, receiveFromOther } from './board.ts';
import { type Board, type BoardOptions, createBoard, defaultOptions } from './board-state.ts';
import {
  createInterfaceBoard,
  type InterfaceBoardSink,
  type InterfaceBoardState,
  receiveBoardFrame,
  receivePeerPacket,
} from './interface-board.ts';
import { findSegment, packetFor } from './packet-bytes.ts';

const servicePort = 7_000;
const serviceAddress = { 4: parseIp('192.0.2.1')!, 6: parseIp('2001:db8::1')! };
const peerAddress = { 4: parseIp('198.51.100.9')!, 6: parseIp('2001:db8:9::9')! };
const peerMtuBytes = 1_500;

export interface WorldOptions extends Partial<Omit<BoardOptions, 'board' | 'begins' | 'random'>> {
  readonly seed?: number;
  readonly peerDelayNs?: number;
  readonly boardDelayNs?: number;
  readonly lossRatio?: number;
  readonly reorderRatio?: number;
  readonly family?: 4 | 6;
}

export interface WorldRecord {
  readonly atNs: number;
  readonly board: number;
  readonly kind: string;
  readonly [field: string]: string | number | boolean;
}

/** What one connection of the peer saw. */
export interface PeerStream {
  readonly connection: Connection;
  readonly chunks: Uint8Array[];
  receivedBytes: number;
  /** When bytes came, and how long the longest wait between two was. */
  lastAtNs: number;
  longestGapNs: number;
  isConnected: boolean;
  hasEnded: boolean;
  closed: CloseReason | undefined;
  /** Flags of segments that came after it was established: SYN, FIN and RST are told apart. */
  syns: number;
  fins: number;
  resets: number;
  onBytes: ((stream: PeerStream) => void) | undefined;
}

interface Due extends Momentary {
  readonly run: () => void;
}

const longestReorderNs = 5 * nsPerMs;

export class World {
  nowNs = 0;
  readonly records: WorldRecord[] = [];
  readonly interfaceBoard: InterfaceBoardState;
  readonly boards: (Board | undefined)[] = [];
  /** Nothing that a board sends arrives, and nothing reaches it, while it is in here; it doesn't run either. */
  readonly asleep = new Set<number>();
  /** Until when a board gets no processor, and when the last of what waits for it will have been heard. */
  readonly #stalledToNs = new Map<number, number>();
  /** Frames between the boards are lost. */
  isChannelCut = false;
  /** For tests that look at, hold or drop what goes between: false, and it is lost. */
  onBoardFrame: ((from: number, frame: BackupFrame) => boolean) | undefined;
  onPeerPacket: ((packet: Uint8Array, toPeer: boolean) => void) | undefined;
  readonly streams: PeerStream[] = [];
  readonly peer: TcpMachine;
  readonly #options: WorldOptions;
  readonly #random: Random;
  readonly #queue: Due[] = [];
  readonly #lastOn = new Map<string, number>();
  #nextPort = 40_000;
  #epochOfBoards = 0;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.interfaceBoard = createInterfaceBoard(options.isPlain);
    this.#random = seedRandom(options.seed ?? 1, 'world');
    const random = seedRandom(options.seed ?? 1, 'peer');
    this.peer = createTcpMachine({ random, mtuTo: () => peerMtuBytes });
    this.start(1, 'active');
    this.start(2, 'standby');
  }

  /** A board without a memory; what it was is gone. */
  start(board: number, begins: 'active' | 'standby'): Board {
    const random = seedRandom(this.#options.seed ?? 1, `board ${board} ${this.#epochOfBoards++}`);
    const settings = { ...defaultOptions, ...this.#options, port: servicePort };
    const started = createBoard({ ...settings, board, begins, random });
    this.boards[board] = started;
    this.asleep.delete(board);
    return started;
  }

  /** `kill -9`: what it had in memory, and what had not left it, is gone. */
  kill(board: number): void {
    this.boards[board] = undefined;
  }

  /** Its process gets no processor for so long: what comes waits, and is heard before its clock is looked at. */
  stall(board: number, forNs: number): void {
    const before = this.#stalledToNs.get(board) ?? 0;
    this.#stalledToNs.set(board, Math.max(before, this.nowNs + forNs));
  }

  /** A frame came for the board. */
  #arrive(number: number, hear: (board: Board) => void): void {
    const hearNow = () => {
      const board = this.boards[number];
      if (board !== undefined && !this.asleep.has(number)) hear(board);
    };
    const toNs = this.#stalledToNs.get(number) ?? 0;
    if (this.nowNs >= toNs) {
      hearNow();
      return;
    }
    this.at(toNs, hearNow);
    this.#stalledToNs.set(number, toNs + 1);
  }

  active(): Board | undefined {
    return this.boards.find(
      (board) => board?.role.kind === 'active' && board.epoch === this.interfaceBoard.epoch,
    );
  }

  connect(): PeerStream {
    const { family = 4 } = this.#options;
    const local = { address: peerAddress[family], port: this.#nextPort++ };
    const remote = { address: serviceAddress[family], port: servicePort };
    const connection = openConnection(
      this.peer,
      this.nowNs,
      { local, remote, settings: { isNoDelay: true } },
      this.#peerSink,
    );
    if (connection === 'in-use') throw new Error('a port was given twice');
    const stream: PeerStream = {
      connection,
      chunks: [],
      receivedBytes: 0,
      lastAtNs: this.nowNs,
      longestGapNs: 0,
      isConnected: false,
      hasEnded: false,
      closed: undefined,
      syns: 0,
      fins: 0,
      resets: 0,
      onBytes: undefined,
    };
    this.streams.push(stream);
    return stream;
  }

  write(stream: PeerStream, bytes: Uint8Array): number {
    return writeBytes(this.peer, this.nowNs, stream.connection, bytes, this.#peerSink);
  }

  say(stream: PeerStream, text: string): void {
    this.write(stream, new TextEncoder().encode(text));
  }

  end(stream: PeerStream): void {
    closeConnection(this.peer, this.nowNs, stream.connection, this.#peerSink);
  }

  at(atNs: number, run: () => void): void {
    pushMoment(this.#queue, { atNs, run });
  }

  /** Goes on until the moment, or until it is so. */
  run(toNs: number, isEnough: () => boolean = () => false): void {
    while (!isEnough()) {
      const next = this.#nextNs();
      if (next > toNs) {
        this.nowNs = Math.max(this.nowNs, toNs);
        return;
      }
      this.nowNs = Math.max(this.nowNs, next);
      this.#step();
    }
  }

  #nextNs(): number {
    let next = Math.min(this.#queue[0]?.atNs ?? Number.POSITIVE_INFINITY, this.peer.deadlineNs);
    for (const [number, board] of this.boards.entries()) {
      if (board === undefined || this.asleep.has(number)) continue;
      next = Math.min(next, Math.max(board.deadlineNs, this.#stalledToNs.get(number) ?? 0));
    }
    return next;
  }

  #step(): void {
    const first = this.#queue[0];
    if (first !== undefined && first.atNs <= this.nowNs) {
      popMoment(this.#queue);
      first.run();
      return;
    }
    advance(this.peer, this.nowNs, this.#peerSink);
    for (const [number, board] of this.boards.entries()) {
      if (board === undefined || this.asleep.has(number)) continue;
      if (this.nowNs < (this.#stalledToNs.get(number) ?? 0)) continue;
      advanceBoard(board, this.nowNs, this.#boardSink(number, board));
    }
  }

  /** What goes by one link stays in order; a frame takes a nanosecond. */
  #after(link: string, delayNs: number, run: () => void): void {
    const atNs = Math.max(this.nowNs + delayNs, (this.#lastOn.get(link) ?? 0) + 1);
    this.#lastOn.set(link, atNs);
    this.at(atNs, run);
  }

  #overPeerLink(link: string, delayNs: number, run: () => void): void {
    if (this.#options.reorderRatio) this.at(this.nowNs + delayNs, run);
    else this.#after(link, delayNs, run);
  }

  /** A delay on the peer's link; undefined: lost. */
  #peerDelayNs(): number | undefined {
    const { lossRatio = 0, reorderRatio = 0, peerDelayNs = 5 * nsPerMs } = this.#options;
    if (lossRatio > 0 && drawChance(this.#random, lossRatio)) return undefined;
    const isLate = reorderRatio > 0 && drawChance(this.#random, reorderRatio);
    return peerDelayNs + (isLate ? drawUnit(this.#random) * longestReorderNs : 0);
  }

  get #boardDelay(): number {
    return this.#options.boardDelayNs ?? 0.05 * nsPerMs;
  }

  readonly #interfaceSink: InterfaceBoardSink = {
    toBoard: (number, frame) => {
      this.#after(`to ${number}`, this.#boardDelay, () => {
        this.#arrive(number, (board) =>
          receiveFromInterface(board, this.nowNs, frame, this.#boardSink(number, board)),
        );
      });
    },
    toPeer: (packet) => {
      const delayNs = this.#peerDelayNs();
      if (delayNs !== undefined)
        this.#overPeerLink('to peer', delayNs, () => this.#reachPeer(packet));
    },
    record: (kind, fields) => this.records.push({ atNs: this.nowNs, board: 0, kind, ...fields }),
  };

  #boardSink(number: number, board: Board) {
    return {
      toInterface: (frame: BackupFrame) => {
        this.#after(`from ${number}`, this.#boardDelay, () =>
          receiveBoardFrame(this.interfaceBoard, number, frame, this.#interfaceSink),
        );
      },
      toOther: (frame: BackupFrame) => this.#toOther(number, frame),
      record: (kind: string, fields: Readonly<Record<string, string | number | boolean>>) => {
        if (this.boards[number] !== board) return;
        this.records.push({ atNs: this.nowNs, board: number, kind, ...fields });
      },
    };
  }

  #toOther(from: number, frame: BackupFrame): void {
    if (this.isChannelCut || this.onBoardFrame?.(from, frame) === false) return;
    this.deliver(from, frame);
  }

  /** As if the board had said so. */
  sendToInterface(from: number, frame: BackupFrame): void {
    receiveBoardFrame(this.interfaceBoard, from, frame, this.#interfaceSink);
  }

  /** Puts a frame of `from` on the way to the other board. */
  deliver(from: number, frame: BackupFrame): void {
    const to = 3 - from;
    this.#after(`to other ${to}`, this.#boardDelay, () => {
      this.#arrive(to, (board) =>
        receiveFromOther(board, this.nowNs, frame, this.#boardSink(to, board)),
      );
    });
  }

  #reachPeer(packet: Uint8Array): void {
    this.onPeerPacket?.(packet, true);
    const at = findSegment(packet)!;
    const port = (packet[at + 2]! << 8) | packet[at + 3]!;
    const stream = this.streams.find(({ connection }) => connection.local.port === port);
    const flags = packet[at + tcpOffset.flags]!;
    if (stream?.isConnected) {
      if ((flags & tcpFlag.syn) !== 0) stream.syns++;
      if ((flags & tcpFlag.fin) !== 0) stream.fins++;
    }
    if (stream !== undefined && (flags & tcpFlag.rst) !== 0) stream.resets++;
    receivePacket(this.peer, this.nowNs, packet, this.#peerSink);
    if (stream !== undefined) this.#read(stream);
  }

  #read(stream: PeerStream): void {
    let bytes = 0;
    for (;;) {
      const readable = readableBytes(stream.connection);
      if (readable.length === 0) break;
      bytes += readable.length;
      stream.chunks.push(readable.slice());
      consumeBytes(this.peer, this.nowNs, stream.connection, readable.length, this.#peerSink);
    }
    if (bytes === 0) return;
    stream.receivedBytes += bytes;
    // Before its first byte it waits for the handshake and its question, which is no gap.
    const isFirst = stream.receivedBytes === bytes;
    if (!isFirst) {
      stream.longestGapNs = Math.max(stream.longestGapNs, this.nowNs - stream.lastAtNs);
    }
    stream.lastAtNs = this.nowNs;
    stream.onBytes?.(stream);
  }

  #streamOf(connection: Connection): PeerStream | undefined {
    return this.streams.find((stream) => stream.connection === connection);
  }

  readonly #peerSink: TcpSink = {
    transmit: (segment) => {
      const { packet, payloadAt } = packetFor(segment, segment.end - segment.at);
      packet.set(segment.bytes.subarray(segment.at, segment.end), payloadAt);
      this.onPeerPacket?.(packet, false);
      const delayNs = this.#peerDelayNs();
      if (delayNs === undefined) return;
      this.#overPeerLink('from peer', delayNs, () =>
        receivePeerPacket(this.interfaceBoard, packet, this.#interfaceSink),
      );
    },
    stateChanged() {},
    connected: (connection) => {
      const stream = this.#streamOf(connection);
      if (stream !== undefined) stream.isConnected = true;
    },
    readable() {},
    writable() {},
    ended: (connection) => {
      const stream = this.#streamOf(connection);
      if (stream !== undefined) stream.hasEnded = true;
    },
    closed: (connection, reason) => {
      const stream = this.#streamOf(connection);
      if (stream !== undefined) stream.closed = reason;
    },
    record() {},
  };
}

export function bytesOfStream({ chunks, receivedBytes }: PeerStream): Uint8Array {
  const all = new Uint8Array(receivedBytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

export function textOfStream(stream: PeerStream): string {
  return new TextDecoder().decode(bytesOfStream(stream));
}
