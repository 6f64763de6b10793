/** A socket of Node's under an upgradable connection: its descriptor is closed when it takes leave. */
import { type Server, Socket } from 'node:net';
import type { BelowEvents, ConnectionBelow, Left } from './connection-below.ts';

/** Of a handle, what Node knows and does not document. */
interface Handle {
  readonly fd: number;
  /** What a write has not brought into the kernel yet. */
  readonly writeQueueSize: number;
  /** Node asks for what comes only where it is false. */
  reading: boolean;
  readStart(): number;
  close(): void;
}

export class KernelSocket implements ConnectionBelow {
  readonly #raw: Socket;
  /** All but the kernel is ready to read. */
  #isArmed = false;

  constructor(raw: Socket) {
    this.#raw = raw;
  }

  /** Of a descriptor that another process reads from until `resume`, which then takes next to no time. */
  static prepare(fd: number): KernelSocket {
    const raw = openRawSocket(fd);
    const socket = new KernelSocket(raw);
    handleOf(raw)!.reading = true;
    socket.#isArmed = true;
    return socket;
  }

  start({ data, ended, failed, closed }: BelowEvents): void {
    const raw = this.#raw;
    // Before anybody listens, or listening would set it going.
    if (!this.#isArmed) raw.pause();
    raw.on('data', data);
    raw.on('end', ended);
    raw.on('error', failed);
    raw.once('close', closed);
  }

  pause(): void {
    if (!this.#isArmed) this.#raw.pause();
  }

  resume(): void {
    if (!this.#isArmed) this.#raw.resume();
    else {
      this.#isArmed = false;
      handleOf(this.#raw)?.readStart();
    }
  }

  write(piece: Uint8Array, done: () => void): void {
    this.#raw.write(piece, () => done());
  }

  end(done: () => void): void {
    this.#raw.end(() => done());
  }

  destroy(): void {
    this.#raw.destroy();
  }

  leave(): Left {
    const raw = this.#raw;
    const pendingBytes = handleOf(raw)?.writeQueueSize ?? 0;
    const unread: Uint8Array[] = [];
    // One piece at a time, though the documentation of `read` says all; where there is none it asks the kernel.
    while (raw.readableLength > 0) unread.push(raw.read());
    // Of a socket that nobody hears any more the handle is enough: to destroy it takes eight times as long.
    return { unread, pendingBytes, close: () => handleOf(raw)?.close() };
  }
}

export function descriptorOf(owner: Server | Socket): number {
  return handleOf(owner)!.fd;
}

function handleOf(owner: Server | Socket): Handle | undefined {
  return (owner as unknown as { _handle: Handle | null })._handle ?? undefined;
}

/** Neither read from nor closed before somebody wants it. */
export function openRawSocket(fd: number): Socket {
  return new Socket({
    ...{ fd, readable: true, writable: true, allowHalfOpen: true },
    // Known to Node, though its types do not say so: without it the socket reads at once.
    ...{ manualStart: true },
  });
}
