/** A TCP socket of the kernel, as the host contract has streams. */
import type { Endpoint } from '../base/address.ts';
import type { Stream, StreamEnd, StreamEvents, StreamFigures } from '../host/stream.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import { epollEvent } from '../linux/epoll.ts';
import { getOption, localEndpoint, socketOption } from '../linux/socket.ts';
import {
  closeWithReset,
  endWriting,
  informOf,
  receiveStream,
  sendStream,
} from '../linux/stream-socket.ts';
import { errno } from '../linux/system-call.ts';
import type { HostOwner } from './host-owner.ts';
import type { DescriptorWatch } from './kernel-loop.ts';

/** Reads before others have their turn. */
const readsATurn = 4;
const nsPerUs = 1_000;

type Phase = 'connecting' | 'open' | 'closed';

export class RealStream implements Stream {
  readonly remote: Endpoint;
  local: Endpoint;
  readonly #host: HostOwner;
  readonly #fd: number;
  /** Shared by all streams of a host: one is at work at a time. */
  readonly #room: Uint8Array;
  #events: StreamEvents | undefined;
  readonly #watch: DescriptorWatch;
  #phase: Phase;
  #isPaused = false;
  #isBlocked = false;
  /** We said that we are done; the other side did. */
  #hasEnded = false;
  #isEnded = false;
  /** Why it can't be connected, as an errno. */
  #refusal = 0;

  constructor(host: HostOwner, room: Uint8Array, fd: number, remote: Endpoint, phase: Phase) {
    this.#host = host;
    this.#room = room;
    this.#fd = fd;
    this.#phase = phase;
    this.remote = remote;
    this.local = localEndpoint(fd);
    this.#watch = host.loop.watch(fd, (ready) => this.#onReady(ready), this.#wanted());
  }

  /** Who hears of it; nothing is told before. */
  tell(events: StreamEvents): void {
    this.#events = events;
  }

  /** The kernel said so at once: the stream hears of it later, as of all that the network does. */
  refuse(reason: number): void {
    this.#refusal = reason;
  }

  write(bytes: Uint8Array): number {
    if (this.#phase !== 'open' || this.#hasEnded || bytes.length === 0) return 0;
    let taken = 0;
    while (taken < bytes.length) {
      const sent = sendStream(this.#fd, taken === 0 ? bytes : bytes.subarray(taken));
      // What went wrong is told where the socket turns ready for it.
      if (sent < 0) break;
      taken += sent;
    }
    if (taken < bytes.length) this.#block(true);
    return taken;
  }

  end(): void {
    if (this.#phase === 'closed' || this.#hasEnded) return;
    this.#hasEnded = true;
    endWriting(this.#fd);
    this.#want();
  }

  abort(): void {
    if (this.#phase === 'closed') return;
    closeWithReset(this.#fd);
    this.#shut();
    this.#host.loop.after(0, () => this.#events?.closed?.('aborted'));
  }

  pause(): void {
    this.#isPaused = true;
    if (this.#phase === 'open') this.#want();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#phase === 'open') this.#want();
  }

  figures(): StreamFigures {
    if (this.#phase === 'closed') return noFigures;
    const { smoothedRttUs, ...rest } = informOf(this.#fd);
    const { congestionWindowBytes, retransmittedBytes, acknowledgedBytes } = rest;
    const smoothedRttNs = smoothedRttUs * nsPerUs;
    return { smoothedRttNs, congestionWindowBytes, retransmittedBytes, acknowledgedBytes };
  }

  /** Its host is closed: what was written still goes, and nobody is told any more. */
  close(): void {
    if (this.#phase !== 'closed') this.#shut();
  }

  #onReady(ready: number): void {
    if (this.#phase === 'connecting') this.#conclude();
    if (this.#phase === 'open' && (ready & epollEvent.writable) !== 0) this.#drain();
    if (this.#phase === 'open' && (!this.#isPaused || (ready & epollEvent.failed) !== 0)) {
      this.#read();
    }
    if (this.#phase === 'open' && this.#hasEnded && this.#isEnded) this.#finish();
  }

  #conclude(): void {
    const reason = this.#refusal || getOption(this.#fd, socketOption.error);
    if (reason !== 0) {
      this.#close(endOf(reason, true));
      return;
    }
    this.#phase = 'open';
    this.local = localEndpoint(this.#fd);
    this.#want();
    this.#events?.connected?.();
  }

  #drain(): void {
    if (!this.#isBlocked) return;
    this.#block(false);
    this.#events?.drained?.();
  }

  #read(): void {
    for (let reads = 0; reads < readsATurn && !this.#isEnded; reads++) {
      if (this.#phase !== 'open' || this.#isPaused) return;
      const received = receiveStream(this.#fd, this.#room);
      if (received === -errno.EAGAIN || received === -errno.EINTR) return;
      if (received < 0) this.#close(endOf(-received, false));
      else if (received === 0) this.#hearEnd();
      else this.#events?.received(this.#room.subarray(0, received));
    }
  }

  #hearEnd(): void {
    this.#isEnded = true;
    this.#want();
    this.#events?.ended?.();
  }

  /** The last acknowledgement is what it waits for; the kernel wakes us when the state changes. */
  #finish(): void {
    const reason = getOption(this.#fd, socketOption.error);
    if (reason !== 0) this.#close(endOf(reason, false));
    else if (informOf(this.#fd).isClosed) this.#close('finished');
  }

  #block(isBlocked: boolean): void {
    if (isBlocked === this.#isBlocked) return;
    this.#isBlocked = isBlocked;
    this.#want();
  }

  #want(): void {
    this.#watch.want(this.#wanted());
  }

  #wanted(): number {
    if (this.#phase === 'connecting') return epollEvent.writable;
    const readable = this.#isPaused || this.#isEnded ? 0 : epollEvent.readable;
    const writable = this.#isBlocked ? epollEvent.writable : 0;
    // Nobody reads what makes it ready: it would be so for ever.
    return (readable | writable) === 0 ? epollEvent.once : readable | writable;
  }

  #close(reason: StreamEnd): void {
    this.#shut();
    this.#events?.closed?.(reason);
  }

  #shut(): void {
    this.#phase = 'closed';
    this.#watch.close();
    closeDescriptor(this.#fd);
    this.#host.forget(this);
  }
}

const noFigures: StreamFigures = {
  smoothedRttNs: 0,
  congestionWindowBytes: 0,
  retransmittedBytes: 0,
  acknowledgedBytes: 0,
};

/** What a network does to a stream, by the errno that tells of it. */
function endOf(reason: number, isConnecting: boolean): StreamEnd {
  switch (reason) {
    case errno.ECONNREFUSED:
      return 'refused';
    case errno.ETIMEDOUT:
      return 'timed-out';
    case errno.ECONNRESET:
    case errno.EPIPE:
      return isConnecting ? 'refused' : 'reset';
    default:
      return 'unreachable';
  }
}
