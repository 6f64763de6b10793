/**
 * Datagrams that leave one socket for one address within one step of the loop go in one call: the kernel
 * cuts them apart where the wire begins (UDP_SEGMENT of linux/udp.h). The first of a step leaves alone and
 * at once, so that its sender hears what becomes of it.
 */
import type { Endpoint } from '../base/address.ts';
import { writeSegmentBytes } from '../linux/control-message.ts';
import { MessageBatch } from '../linux/message-batch.ts';

/** UDP_MAX_SEGMENTS of linux/udp.h. */
const mostDatagrams = 64;
const mostBytes = 65_000;
/** What fits into a frame of 1 500 bytes over IPv6: the kernel refuses to cut into larger pieces. */
const largestPieceBytes = 1_452;

export class DatagramTrain {
  readonly #batch = new MessageBatch(1, 65_536);
  #fd = -1;
  #to: Endpoint | undefined;
  #pieceBytes = 0;
  #lengthBytes = 0;
  #count = 0;
  #isEnded = false;

  /** One was sent there in this step: those that follow may ride together. */
  open(fd: number, to: Endpoint): void {
    this.#fd = fd;
    this.#to = to;
  }

  /** False: it must go another way, and `flush` before it. */
  take(fd: number, to: Endpoint, payload: Uint8Array): boolean {
    if (fd !== this.#fd || !this.#isFor(to)) return false;
    if (payload.length > largestPieceBytes || payload.length === 0) return false;
    if (this.#count > 0 && !this.#fits(payload.length)) this.flush();
    if (this.#count === 0) this.#begin(to, payload);
    else this.#append(payload);
    return true;
  }

  flush(): void {
    const count = this.#count;
    this.#count = 0;
    if (count === 0) return;
    if (count > 1) {
      const { control } = this.#batch;
      this.#batch.setControlLength(0, writeSegmentBytes(control, 0, this.#pieceBytes));
    }
    if (this.#batch.sendFirst(this.#fd) >= 0 || count === 1) return;
    this.#sendEach();
  }

  /** The step is over, or something else is to be sent: nothing rides after it. */
  close(): void {
    this.flush();
    this.#fd = -1;
    this.#to = undefined;
  }

  #isFor({ address, port }: Endpoint): boolean {
    return this.#to?.port === port && this.#to.address === address;
  }

  #fits(bytes: number): boolean {
    return (
      !this.#isEnded &&
      bytes <= this.#pieceBytes &&
      this.#count < mostDatagrams &&
      this.#lengthBytes + bytes <= mostBytes
    );
  }

  #begin(to: Endpoint, payload: Uint8Array): void {
    this.#batch.put(0, payload, to);
    this.#pieceBytes = payload.length;
    this.#lengthBytes = payload.length;
    this.#count = 1;
    this.#isEnded = false;
  }

  #append(payload: Uint8Array): void {
    this.#batch.append(0, payload);
    this.#lengthBytes += payload.length;
    this.#count += 1;
    this.#isEnded = payload.length < this.#pieceBytes;
  }

  /** Where the way takes no such piece, or the kernel does not cut: what is lost then is lost. */
  #sendEach(): void {
    const whole = this.#batch.outgoing(0).slice();
    const to = this.#to!;
    for (let at = 0; at < whole.length; at += this.#pieceBytes) {
      this.#batch.put(0, whole.subarray(at, at + this.#pieceBytes), to);
      this.#batch.sendFirst(this.#fd);
    }
  }
}
