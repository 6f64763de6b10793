/**
 * A connection whose process may change under it: a Node stream to its user, a socket below, and what is
 * in hand between them known to the byte at any moment.
 */
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Leftover, SocketId } from '../messages.ts';

/** So much that the user said may wait for the socket before the user is asked to wait. */
const roomBytes = 65_536;

type Done = (error?: Error | null) => void;

/** Of a socket's handle, what Node knows and does not document. */
interface Handle {
  readonly fd: number;
  /** What a write has not brought into the kernel yet. */
  readonly writeQueueSize: number;
}

export class UpgradableConnection extends Duplex {
  readonly socketId: SocketId;
  /** The far end, for people. */
  readonly peer: string;
  /** Something of it moved: a message may have begun or ended. */
  onMoved: () => void = () => {};
  #raw: Socket | undefined;
  #isHeld = false;
  /** Said by the user: the first piece is with the socket. */
  #unsent: Uint8Array[] = [];
  #isWriting = false;
  #waitingDone: Done | undefined;
  #finalDone: Done | undefined;

  constructor(socketId: SocketId, peer: string) {
    super({ allowHalfOpen: true });
    this.socketId = socketId;
    this.peer = peer;
  }

  /** Undefined while no socket is below. */
  get fd(): number | undefined {
    return handleOf(this.#raw)?.fd;
  }

  /** The socket is this connection's from now on. Nothing is read before `release`. */
  attach(raw: Socket): void {
    this.#raw = raw;
    // Before anybody listens, or listening would set it going.
    raw.pause();
    raw.on('data', (piece: Uint8Array) => this.#take(piece));
    raw.on('end', () => {
      this.push(null);
      this.onMoved();
    });
    raw.on('error', (error) => this.destroy(error));
    raw.once('close', () => {
      if (this.#raw === raw) this.destroy();
    });
    this.#writeOn();
  }

  /** What the process before had in hand comes first. */
  resumeFrom({ unread, unsent }: Leftover): void {
    if (unread !== '') this.push(Buffer.from(unread, 'base64'));
    if (unsent !== '') this.#unsent.unshift(Buffer.from(unsent, 'base64'));
  }

  hold(): void {
    this.#isHeld = true;
    this.#raw?.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#raw?.resume();
  }

  /** Takes the socket away and closes its descriptor, not the connection: the unit has another. */
  detach(note: string): Leftover {
    const raw = this.#raw!;
    const unread = [this.read(), raw.read()].filter((piece) => piece !== null);
    const pending = handleOf(raw)?.writeQueueSize ?? 0;
    this.#raw = undefined;
    raw.removeAllListeners();
    raw.on('error', () => {});
    raw.destroy();
    const unsent = this.#collectUnsent(pending);
    return {
      socket: this.socketId,
      unread: Buffer.concat(unread).toString('base64'),
      unsent: Buffer.concat(unsent).toString('base64'),
      note,
    };
  }

  override _read(): void {
    if (!this.#isHeld) this.#raw?.resume();
  }

  override _write(piece: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#unsent.push(piece);
    if (this.#unsentBytes() < roomBytes || this.#raw === undefined) done();
    else this.#waitingDone = done;
    this.#writeOn();
  }

  override _final(done: Done): void {
    this.#finalDone = done;
    this.#writeOn();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#raw?.destroy();
    this.onMoved();
    done(error);
  }

  #take(piece: Uint8Array): void {
    if (!this.push(piece)) this.#raw?.pause();
    this.onMoved();
  }

  #unsentBytes(): number {
    return this.#unsent.reduce((sum, { length }) => sum + length, 0);
  }

  /** One piece at a time is with the socket, so that what is left of it is known. */
  #writeOn(): void {
    const raw = this.#raw;
    if (raw === undefined || this.#isWriting) return;
    const [piece] = this.#unsent;
    if (piece === undefined) {
      this.#finish(raw);
      return;
    }
    this.#isWriting = true;
    raw.write(piece, () => {
      if (this.#raw !== raw) return;
      this.#isWriting = false;
      this.#unsent.shift();
      this.#goOn();
      this.#writeOn();
    });
  }

  #goOn(): void {
    const done = this.#waitingDone;
    if (done === undefined || this.#unsentBytes() >= roomBytes) return;
    this.#waitingDone = undefined;
    done();
  }

  #finish(raw: Socket): void {
    const done = this.#finalDone;
    if (done === undefined) return;
    this.#finalDone = undefined;
    raw.end(() => done());
  }

  /** `pending`: how much of the piece that is with the socket the kernel has not. */
  #collectUnsent(pending: number): Uint8Array[] {
    // With no socket below, what waits in the stream itself comes to `_write` at once.
    const done = this.#waitingDone;
    this.#waitingDone = undefined;
    done?.();
    if (this.#isWriting) {
      const [first] = this.#unsent;
      this.#unsent[0] = first!.subarray(first!.length - pending);
      this.#isWriting = false;
    }
    return this.#unsent;
  }
}

function handleOf(raw: Socket | undefined): Handle | undefined {
  return (raw as unknown as { _handle: Handle | null } | undefined)?._handle ?? undefined;
}

/** Neither read from nor closed before somebody wants it. */
export function openRawSocket(fd: number): Socket {
  return new Socket({
    ...{ fd, readable: true, writable: true, allowHalfOpen: true },
    // Known to Node, though its types do not say so: without it the socket reads at once.
    ...{ manualStart: true },
  });
}
