/** One stream over MPTCP: what its user is yet to be told, and telling it. */
import type { Endpoint } from '../base/address.ts';
import type { Stream, StreamEnd, StreamEvents, StreamFigures, StreamPath } from '../host/stream.ts';
import { isOver } from '../mptcp/closing.ts';
import type { MptcpConnection, Subflow } from '../mptcp/connection.ts';
import { readableBytes } from '../mptcp/receive-data.ts';
import { noFigures, type StreamOwner } from './table-stream.ts';

/** What a stream asks of its table. */
export interface MultipathKeeper {
  writeData(connection: MptcpConnection, bytes: Uint8Array): number;
  endData(connection: MptcpConnection): void;
  abortData(connection: MptcpConnection): void;
  consumeData(connection: MptcpConnection, count: number): void;
  setBackup(connection: MptcpConnection, interfaceName: string, isBackup: boolean): void;
  serveSoon(stream: MultipathStream): void;
  forgetMultipath(stream: MultipathStream): void;
}

export class MultipathStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly connection: MptcpConnection;
  isAwaited = false;
  readonly #told = { connected: false, ended: false, closed: false };
  readonly #keeper: MultipathKeeper;
  readonly #owner: StreamOwner;
  #events: StreamEvents | undefined = undefined;
  #ask: (() => StreamEvents) | undefined = undefined;
  #isPaused = false;
  #isShort = false;

  constructor(keeper: MultipathKeeper, connection: MptcpConnection, owner: StreamOwner) {
    this.#keeper = keeper;
    this.#owner = owner;
    this.connection = connection;
    this.local = connection.opened.local;
    this.remote = connection.opened.remote;
  }

  tell(events: StreamEvents): void {
    this.#events = events;
  }

  /** Asks who hears of it before it tells anything. */
  askFirst(ask: () => StreamEvents): void {
    this.#ask = ask;
  }

  write(bytes: Uint8Array): number {
    if (this.#end !== undefined || !this.#told.connected) return 0;
    const taken = this.#keeper.writeData(this.connection, bytes);
    if (taken < bytes.length) this.#isShort = true;
    return taken;
  }

  end(): void {
    if (this.#end === undefined) this.#keeper.endData(this.connection);
  }

  abort(): void {
    if (this.#end === undefined) this.#keeper.abortData(this.connection);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#keeper.serveSoon(this);
  }

  /** With its host: what was written still goes; what waits unread has no reader. */
  close(): void {
    this.#events = undefined;
    const hasUnread = readableBytes(this.connection).length > 0;
    if (this.#end === undefined) {
      if (hasUnread) this.#keeper.abortData(this.connection);
      else this.#keeper.endData(this.connection);
    }
    this.#owner.forget(this);
  }

  figures(): StreamFigures {
    if (this.#told.closed) return noFigures;
    const { subflows, send } = this.connection;
    const alive = subflows.filter(({ tcp }) => tcp !== undefined).map(({ tcp }) => tcp!);
    const rtts = alive.map(({ rto }) => rto.srttNs).filter((srttNs) => srttNs > 0);
    return {
      smoothedRttNs: rtts.length === 0 ? 0 : Math.min(...rtts),
      congestionWindowBytes: alive.reduce((sum, { congestion }) => sum + congestion.cwndBytes, 0),
      retransmittedBytes: alive.reduce((sum, { counts }) => sum + counts.bytesRetransmitted, 0),
      acknowledgedBytes: send.bufferedFrom,
    };
  }

  paths(): readonly StreamPath[] {
    if (this.connection.state !== 'multipath') return [];
    return this.connection.subflows.map(describe);
  }

  setBackup(interfaceName: string, isBackup: boolean): void {
    this.#keeper.setBackup(this.connection, interfaceName, isBackup);
  }

  get #end(): StreamEnd | undefined {
    const { connection } = this;
    if (connection.ending !== undefined) return connection.ending;
    return isOver(connection) || connection.state === 'closed' ? 'finished' : undefined;
  }

  /** Tells its user what happened, in the order of the contract. The user may call the stream meanwhile. */
  serve(): void {
    this.#askWhoHears();
    this.#tellConnected();
    this.#tellReceived();
    const end = this.#end;
    const isBroken = end !== undefined && end !== 'finished';
    if (this.#isPaused && !isBroken) return;
    this.#tellEnded();
    this.#tellDrained();
    this.#tellClosed();
  }

  #askWhoHears(): void {
    const ask = this.#ask;
    this.#ask = undefined;
    if (ask !== undefined) this.#owner.guard(() => this.tell(ask()));
  }

  #tellConnected(): void {
    const { state } = this.connection;
    const isConnected = state === 'multipath' || state === 'plain' || this.#wasConnected;
    if (!isConnected || this.#told.connected) return;
    this.#told.connected = true;
    this.#owner.guard(() => this.#events?.connected?.());
  }

  /** It came and went before its user was served. */
  get #wasConnected(): boolean {
    return this.connection.remoteKey !== undefined || this.connection.receive.nxt > 0;
  }

  #tellReceived(): void {
    const { messages } = this.connection.receive;
    while (!this.#isPaused) {
      const isMessage = messages.length > 0;
      const bytes = readableBytes(this.connection);
      if (bytes.length === 0) return;
      this.#owner.guard(() => {
        if (isMessage) this.#events?.message?.(bytes);
        else this.#events?.received(bytes);
      });
      this.#keeper.consumeData(this.connection, bytes.length);
    }
  }

  #tellEnded(): void {
    if (!this.connection.receive.isEnded || this.#told.ended || !this.#told.connected) return;
    this.#told.ended = true;
    this.#owner.guard(() => this.#events?.ended?.());
  }

  #tellDrained(): void {
    if (!this.#isShort || this.connection.send.isBlocked || this.#end !== undefined) return;
    this.#isShort = false;
    this.#owner.guard(() => this.#events?.drained?.());
  }

  #tellClosed(): void {
    const end = this.#end;
    if (end === undefined || this.#told.closed) return;
    this.#told.closed = true;
    this.#keeper.forgetMultipath(this);
    this.#owner.forget(this);
    this.#owner.guard(() => this.#events?.closed?.(end));
  }
}

function describe({ local, remote, tcp, phase, health, isBackup }: Subflow): StreamPath {
  return {
    local,
    remote,
    health: phase === 'open' ? health : 'opening',
    isBackup,
    smoothedRttNs: tcp?.rto.srttNs ?? 0,
    congestionWindowBytes: tcp?.congestion.cwndBytes ?? 0,
    sentBytes: tcp?.counts.bytesSent ?? 0,
    retransmittedBytes: tcp?.counts.bytesRetransmitted ?? 0,
  };
}
