/**
 * A stream on which whole IP packets travel, unchanged. Where the stream keeps messages, each packet is one,
 * and comes as soon as it is whole; on a plain one packets delimit themselves by their length.
 */
import { readU16 } from '../base/bytes.ts';
import type { Stream, StreamEnd, StreamEvents } from '../host/stream.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';

export interface LaneEvents {
  /** Valid during the call. */
  packet(packet: Uint8Array): void;
  connected?(): void;
  closed(reason: StreamEnd): void;
}

const nothing = new Uint8Array(0);
/** Half a second at 16 Mbit/s; behind it stands what the stream itself holds. */
const mostWaitingBytes = 1_048_576;

export class PacketLane {
  readonly #events: LaneEvents;
  #stream: Stream | undefined;
  #begun: Uint8Array = nothing;
  /** What there was no room for yet: of a stream without messages the first may have been begun. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  isOpen = false;
  /** Packets for which there was no room. */
  dropped = 0;

  constructor(events: LaneEvents) {
    this.#events = events;
  }

  attach(stream: Stream): void {
    this.#stream = stream;
  }

  streamEvents(): StreamEvents {
    return {
      connected: () => {
        this.isOpen = true;
        this.#events.connected?.();
      },
      message: (bytes) => this.#events.packet(bytes),
      received: (bytes) => this.#take(bytes),
      drained: () => this.#flush(),
      ended: () => this.#stream?.end(),
      closed: (reason) => {
        this.isOpen = false;
        this.#events.closed(reason);
      },
    };
  }

  /** A queue that is full drops, as every queue of packets does. */
  send(packet: Uint8Array): boolean {
    if (!this.isOpen || this.#waitingBytes + packet.length > mostWaitingBytes) {
      this.dropped += 1;
      return false;
    }
    const taken = this.#waiting.length > 0 ? 0 : this.#stream!.write(packet);
    if (taken < packet.length) this.#wait(packet.slice(taken));
    return true;
  }

  close(): void {
    this.isOpen = false;
    this.#stream?.abort();
  }

  #wait(rest: Uint8Array): void {
    this.#waiting.push(rest);
    this.#waitingBytes += rest.length;
  }

  #flush(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const taken = this.#stream!.write(first);
      this.#waitingBytes -= taken;
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
  }

  #take(bytes: Uint8Array): void {
    let all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    for (;;) {
      const length = lengthOf(all);
      if (length === 'wrong') {
        this.close();
        return;
      }
      if (length === undefined || length > all.length) break;
      this.#events.packet(all.subarray(0, length));
      all = all.subarray(length);
    }
    this.#begun = all.length === 0 ? nothing : Uint8Array.from(all);
  }
}

/** Of the packet that begins there, header and all; undefined: more has to come to tell. */
function lengthOf(bytes: Uint8Array): number | 'wrong' | undefined {
  if (bytes.length === 0) return undefined;
  const version = bytes[0]! >>> 4;
  if (version === 4) {
    if (bytes.length < ipv4HeaderBytes) return undefined;
    const length = readU16(bytes, ipv4Offset.totalLength);
    return length < ipv4HeaderBytes ? 'wrong' : length;
  }
  if (version !== 6) return 'wrong';
  if (bytes.length < ipv6HeaderBytes) return undefined;
  return ipv6HeaderBytes + readU16(bytes, ipv6Offset.payloadLength);
}
