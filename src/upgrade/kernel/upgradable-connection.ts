/**
 * A connection whose process may change under it: a Node stream to its user, a socket below, and what is
 * in hand between them known to the byte at any moment.
 */
import process from 'node:process';
import { Duplex } from 'node:stream';
import type { Leftover, SocketId } from '../messages.ts';
import type { ConnectionBelow } from './connection-below.ts';
import { Inbox } from './inbox.ts';

/** So much that the user said may wait for the socket before the user is asked to wait. */
const roomBytes = 65_536;

export interface Detached {
  readonly leftover: Leftover;
  /** The socket's descriptor: before anything more can come. The connection stands, the unit has another. */
  readonly close: () => void;
}

type Done = (error?: Error | null) => void;

export class UpgradableConnection extends Duplex {
  readonly socketId: SocketId;
  /** The far end, for people. */
  readonly peer: string;
  /** Something of it moved: a message may have begun or ended. */
  onMoved: () => void = () => {};
  #below: ConnectionBelow | undefined;
  /** Nothing is written: the socket is another process's, or there is none. */
  #isSilent = true;
  #isHeld = false;
  readonly #inbox = new Inbox();
  #isEnded = false;
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

  /** The socket is this connection's from now on. Nothing is read before `release`. */
  attach(below: ConnectionBelow): void {
    this.standOn(below);
    this.begin();
  }

  /** What takes long of `attach`: the socket is another process's until `begin`. */
  standOn(below: ConnectionBelow): void {
    this.#below = below;
    const whileOurs =
      <T extends unknown[]>(hear: (...told: T) => void) =>
      (...told: T) => {
        if (this.#below === below) hear(...told);
      };
    below.start({
      data: whileOurs((piece) => this.#take(piece)),
      ended: whileOurs(() => {
        this.#inbox.isLast = true;
        this.#feed();
      }),
      failed: whileOurs((error) => this.destroy(error)),
      closed: whileOurs(() => this.destroy()),
    });
  }

  begin(): void {
    this.#isSilent = false;
    this.#writeOn();
  }

  /** What the process before had in hand comes first. */
  resumeFrom({ unread, unsent }: Leftover): void {
    if (unread !== '') this.#inbox.putBack(Buffer.from(unread, 'base64'));
    if (unsent !== '') this.#unsent.unshift(Buffer.from(unsent, 'base64'));
  }

  /** The stream has given its user all that it was given, to the last byte of a character. */
  get isHandedOn(): boolean {
    return this.readableLength === 0 && decoderOf(this).lastNeed === 0;
  }

  /** The user gets nothing more until `release`. */
  hold(): void {
    this.#isHeld = true;
    this.#below?.pause();
  }

  release(): void {
    this.#isHeld = false;
    if (this.#inbox.bytes > 0 || this.#inbox.isLast) this.#feed();
    else this.#readOn();
  }

  /** Takes the socket away. */
  detach(note: string): Detached {
    const below = this.#below!;
    // What it tells as it leaves is for another process.
    this.#below = undefined;
    const { unread: came, pendingBytes, close } = below.leave();
    this.#isSilent = true;
    for (const piece of came) this.#inbox.put(piece);
    const unread = inBase64(this.#inbox.takeAll());
    const unsent = inBase64(this.#collectUnsent(pendingBytes));
    return { leftover: { socket: this.socketId, unread, unsent, note }, close };
  }

  // What is pushed from within is told a tick later; from without, at once: then it is known who has it.
  override _read(): void {
    process.nextTick(() => this.#feed());
  }

  override resume(): this {
    super.resume();
    process.nextTick(() => this.#feed());
    return this;
  }

  override _write(piece: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#unsent.push(piece);
    if (this.#unsentBytes() < roomBytes || this.#isSilent) done();
    else this.#waitingDone = done;
    this.#writeOn();
  }

  override _final(done: Done): void {
    this.#finalDone = done;
    this.#writeOn();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#below?.destroy(error !== null);
    this.onMoved();
    done(error);
  }

  #take(piece: Uint8Array): void {
    this.#inbox.put(piece);
    this.#feed();
    if (this.#inbox.bytes >= roomBytes) this.#below?.pause();
  }

  #feed(): void {
    while (this.#isWanted()) {
      const piece = this.#inbox.take();
      if (piece !== undefined) this.push(piece);
      else if (this.#inbox.isLast) this.#feedEnd();
      else break;
    }
    this.#readOn();
    this.onMoved();
  }

  #feedEnd(): void {
    this.#isEnded = true;
    this.push(null);
  }

  /** One piece at most waits in the stream, and only for a user who fetches by `read`. */
  #isWanted(): boolean {
    if (this.#isHeld || this.#isEnded || this.destroyed) return false;
    if (this.readableFlowing === true) return true;
    return this.listenerCount('readable') > 0 && this.readableLength === 0;
  }

  #readOn(): void {
    if (!this.#isHeld && this.#inbox.bytes < roomBytes) this.#below?.resume();
  }

  #unsentBytes(): number {
    return this.#unsent.reduce((sum, { length }) => sum + length, 0);
  }

  /** One piece at a time is with the socket, so that what is left of it is known. */
  #writeOn(): void {
    const below = this.#below;
    if (below === undefined || this.#isSilent || this.#isWriting) return;
    const [piece] = this.#unsent;
    if (piece === undefined) {
      this.#finish(below);
      return;
    }
    this.#isWriting = true;
    below.write(piece, () => {
      if (this.#below !== below) return;
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

  #finish(below: ConnectionBelow): void {
    const done = this.#finalDone;
    if (done === undefined) return;
    this.#finalDone = undefined;
    below.end(() => done());
  }

  /** `pendingBytes`: how much of the piece that is with the socket has not gone over. */
  #collectUnsent(pendingBytes: number): Uint8Array[] {
    // With no socket below, what waits in the stream itself comes to `_write` at once.
    const done = this.#waitingDone;
    this.#waitingDone = undefined;
    done?.();
    if (this.#isWriting) {
      const [first] = this.#unsent;
      this.#unsent[0] = first!.subarray(first!.length - pendingBytes);
      this.#isWriting = false;
    }
    return this.#unsent;
  }
}

function inBase64(pieces: readonly Uint8Array[]): string {
  return pieces.length === 0 ? '' : Buffer.concat(pieces).toString('base64');
}

/** Of a stream with an encoding: how many bytes of a character are still to come. */
function decoderOf(stream: Duplex): { readonly lastNeed: number } {
  const { _readableState } = stream as unknown as {
    _readableState: { decoder?: { lastNeed: number } | null };
  };
  return _readableState.decoder ?? { lastNeed: 0 };
}
