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

export class PacketLane {
  readonly #events: LaneEvents;
  #stream: Stream | undefined;
  #begun: Uint8Array = nothing;
  /** Of a packet, what a stream without messages had no room for. */
  #unsent: Uint8Array = nothing;
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
    const isBusy = !this.isOpen || this.#unsent.length > 0;
    const taken = isBusy ? 0 : this.#stream!.write(packet);
    if (taken === 0) {
      this.dropped += 1;
      return false;
    }
    if (taken < packet.length) this.#unsent = packet.slice(taken);
    return true;
  }

  close(): void {
    this.isOpen = false;
    this.#stream?.abort();
  }

  #flush(): void {
    if (this.#unsent.length === 0) return;
    const taken = this.#stream!.write(this.#unsent);
    this.#unsent = this.#unsent.subarray(taken);
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
