/**
 * Two streams joined into one: what either brings goes to the other, at the pace of the slower one. An end
 * goes on as an end, behind all bytes; whatever else closes one resets the other.
 */
import type { Stream, StreamEnd, StreamEvents } from '../host/stream.ts';

interface Side {
  stream: Stream | undefined;
  /** Of what came from the other one: what this one has no room for. */
  waiting: Uint8Array | undefined;
  /** The other will send no more. */
  isEnded: boolean;
  isClosed: boolean;
  /** Towards this one. */
  carriedBytes: number;
}

/** Why each closed, and how many bytes went to it. */
export interface PairEnd {
  readonly near: StreamEnd;
  readonly far: StreamEnd;
  readonly nearBytes: number;
  readonly farBytes: number;
}

export class StreamPair {
  readonly #near: Side = makeSide();
  readonly #far: Side = makeSide();
  readonly #over: (end: PairEnd) => void;
  #nearEnd: StreamEnd | undefined;
  #farEnd: StreamEnd | undefined;

  constructor(over: (end: PairEnd) => void) {
    this.#over = over;
  }

  /** Both are connected. What came before waits in the one that was there first, paused. */
  join(near: Stream, far: Stream): void {
    this.#near.stream = near;
    this.#far.stream = far;
    far.resume();
    near.resume();
  }

  nearEvents(): StreamEvents {
    return this.#eventsOf(this.#near, this.#far, (reason) => {
      this.#nearEnd = reason;
    });
  }

  farEvents(): StreamEvents {
    return this.#eventsOf(this.#far, this.#near, (reason) => {
      this.#farEnd = reason;
    });
  }

  #eventsOf(from: Side, to: Side, close: (reason: StreamEnd) => void): StreamEvents {
    return {
      received: (bytes) => carry(from, to, bytes),
      drained: () => flush(from, to),
      ended: () => {
        to.isEnded = true;
        if (to.waiting === undefined) to.stream?.end();
      },
      closed: (reason) => {
        from.isClosed = true;
        close(reason);
        if (reason !== 'finished' && !to.isClosed) to.stream?.abort();
        this.#tellOver();
      },
    };
  }

  #tellOver(): void {
    const [near, far] = [this.#nearEnd, this.#farEnd];
    if (near === undefined || far === undefined) return;
    const { carriedBytes: nearBytes } = this.#near;
    this.#over({ near, far, nearBytes, farBytes: this.#far.carriedBytes });
  }
}

function makeSide(): Side {
  return {
    stream: undefined,
    waiting: undefined,
    isEnded: false,
    isClosed: false,
    carriedBytes: 0,
  };
}

function carry(from: Side, to: Side, bytes: Uint8Array): void {
  if (to.isClosed) return;
  const taken = to.waiting === undefined ? to.stream!.write(bytes) : 0;
  to.carriedBytes += taken;
  if (taken === bytes.length) return;
  const rest = bytes.slice(taken);
  to.waiting = to.waiting === undefined ? rest : joinBytes(to.waiting, rest);
  from.stream?.pause();
}

/** There is room in `side` again for what `other` brought. */
function flush(side: Side, other: Side): void {
  const { waiting } = side;
  if (waiting === undefined) return;
  const taken = side.stream!.write(waiting);
  side.carriedBytes += taken;
  side.waiting = taken < waiting.length ? waiting.subarray(taken) : undefined;
  if (side.waiting !== undefined) return;
  if (side.isEnded) side.stream!.end();
  else other.stream?.resume();
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
