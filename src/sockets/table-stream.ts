/** One stream on our TCP: what its user is yet to be told, and telling it. */
import type { Endpoint } from '../base/address.ts';
import type { Stream, StreamEnd, StreamEvents, StreamFigures } from '../host/stream.ts';
import type { Connection } from '../tcp/connection.ts';
import { readableBytes } from '../tcp/user-calls.ts';

/** The host of the program that a stream or a listener is of: what it holds it closes in the end. */
export interface StreamOwner {
  /** Runs a part of the program; what it throws stays there. */
  guard(callback: () => void): void;
  adopt(opened: { close(): void }): void;
  forget(closed: { close(): void }): void;
}

/** What a stream asks of its table. */
export interface StreamKeeper {
  write(connection: Connection, bytes: Uint8Array): number;
  end(connection: Connection): void;
  abort(connection: Connection): void;
  /** Its user is gone: what was written still goes. */
  release(connection: Connection): void;
  /** The user took so many of the bytes that waited. */
  consume(connection: Connection, count: number): void;
  serveSoon(stream: TableStream): void;
}

/** What happened to it, and of that what its user was told. */
interface Happened {
  connected: boolean;
  writable: boolean;
  ended: boolean;
  closed: StreamEnd | undefined;
}

export class TableStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly connection: Connection;
  /** Stands in its table's list of those to serve. */
  isAwaited = false;
  readonly happened: Happened = {
    connected: false,
    writable: false,
    ended: false,
    closed: undefined,
  };
  readonly #told = { connected: false, ended: false, closed: false };
  readonly #keeper: StreamKeeper;
  readonly #owner: StreamOwner;
  #events: StreamEvents | undefined = undefined;
  #ask: (() => StreamEvents) | undefined = undefined;
  #isPaused = false;

  constructor(keeper: StreamKeeper, connection: Connection, owner: StreamOwner) {
    this.#keeper = keeper;
    this.#owner = owner;
    this.connection = connection;
    this.local = connection.local;
    this.remote = connection.remote;
  }

  /** Who hears of it; nothing is told before. */
  tell(events: StreamEvents): void {
    this.#events = events;
  }

  /** Asks who hears of it before it tells anything. */
  askFirst(ask: () => StreamEvents): void {
    this.#ask = ask;
  }

  write(bytes: Uint8Array): number {
    if (this.#isOver || !this.happened.connected) return 0;
    return this.#keeper.write(this.connection, bytes);
  }

  end(): void {
    if (!this.#isOver) this.#keeper.end(this.connection);
  }

  abort(): void {
    if (!this.#isOver) this.#keeper.abort(this.connection);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#keeper.serveSoon(this);
  }

  /** Another table has its connection: nothing is told, and what is said is not heard. True: nobody knew of it. */
  leave(): boolean {
    const isUnknown = this.#ask !== undefined;
    this.#events = undefined;
    this.#ask = undefined;
    this.happened.closed = 'aborted';
    this.#told.closed = true;
    this.#owner.forget(this);
    return isUnknown;
  }

  /** With its host. */
  close(): void {
    this.#events = undefined;
    if (!this.#isOver) this.#keeper.release(this.connection);
    this.#owner.forget(this);
  }

  figures(): StreamFigures {
    const { rto, congestion, counts, send } = this.connection;
    if (this.#isOver) return noFigures;
    return {
      smoothedRttNs: rto.srttNs,
      congestionWindowBytes: congestion.cwndBytes,
      retransmittedBytes: counts.bytesRetransmitted,
      acknowledgedBytes: Math.max(0, send.una - send.iss - 1),
    };
  }

  get #isOver(): boolean {
    return this.happened.closed !== undefined;
  }

  /** Tells its user what happened, in the order of the contract. The user may call the stream meanwhile. */
  serve(): void {
    this.#askWhoHears();
    this.#tellConnected();
    this.#tellReceived();
    if (this.#isPaused && !this.#isBroken) return;
    this.#tellEnded();
    this.#tellDrained();
    this.#tellClosed();
  }

  #askWhoHears(): void {
    const ask = this.#ask;
    this.#ask = undefined;
    if (ask !== undefined) this.#owner.guard(() => this.tell(ask()));
  }

  /** Closed in another way than by both ends: what waits is of no use any more. */
  get #isBroken(): boolean {
    const { closed } = this.happened;
    return closed !== undefined && closed !== 'finished';
  }

  #tellConnected(): void {
    if (!this.happened.connected || this.#told.connected) return;
    this.#told.connected = true;
    this.#owner.guard(() => this.#events?.connected?.());
  }

  #tellReceived(): void {
    while (!this.#isPaused) {
      const bytes = readableBytes(this.connection);
      if (bytes.length === 0) return;
      this.#owner.guard(() => this.#events?.received(bytes));
      this.#keeper.consume(this.connection, bytes.length);
    }
  }

  #tellEnded(): void {
    if (!this.happened.ended || this.#told.ended) return;
    this.#told.ended = true;
    this.#owner.guard(() => this.#events?.ended?.());
  }

  #tellDrained(): void {
    if (!this.happened.writable || this.#isOver) return;
    this.happened.writable = false;
    this.#owner.guard(() => this.#events?.drained?.());
  }

  #tellClosed(): void {
    const { closed } = this.happened;
    if (closed === undefined || this.#told.closed) return;
    this.#told.closed = true;
    this.#owner.forget(this);
    this.#owner.guard(() => this.#events?.closed?.(closed));
  }
}

export const noFigures: StreamFigures = {
  smoothedRttNs: 0,
  congestionWindowBytes: 0,
  retransmittedBytes: 0,
  acknowledgedBytes: 0,
};
