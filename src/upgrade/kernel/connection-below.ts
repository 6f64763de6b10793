/** What an upgradable connection stands on, one after the other: a kernel's socket, or a stream of our stack. */
export interface BelowEvents {
  /** The piece is the listener's to keep. */
  data(piece: Uint8Array): void;
  /** The far end says no more. */
  ended(): void;
  failed(error: Error): void;
  closed(): void;
}

export interface ConnectionBelow {
  /** Nothing is told before `resume`. */
  start(events: BelowEvents): void;
  pause(): void;
  resume(): void;
  /** One at a time: `done` when it is in the hands of the TCP below. */
  write(piece: Uint8Array, done: () => void): void;
  /** After all that was written. */
  end(done: () => void): void;
  destroy(isFailed: boolean): void;
  /** Takes leave of the connection, which stands. It says nothing more. */
  leave(): Left;
}

export interface Left {
  /** It came, and was not told. */
  readonly unread: readonly Uint8Array[];
  /** Of the piece that is being written: what has not gone over. */
  readonly pendingBytes: number;
  /** The descriptor: before anything more can come. */
  readonly close: () => void;
}
