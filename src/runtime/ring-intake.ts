/**
 * What comes into a packet ring, as its owner wants it. A peer on the same machine leaves checksums to a
 * card that there is not (veth): they are made here. It may also leave the cutting of segments to it; those
 * that do not fit are dropped and told.
 */
import { epollEvent } from '../linux/epoll.ts';
import type { PacketRing, RingFrame } from '../linux/packet-ring.ts';
import { completeChecksum } from './complete-checksum.ts';
import type { WireEvents } from './frame-wire.ts';

export class RingIntake {
  readonly #ring: PacketRing;
  readonly #events: WireEvents;
  #isCutTold = false;

  constructor(ring: PacketRing, events: WireEvents) {
    this.#ring = ring;
    this.#events = events;
  }

  /** The ring's descriptor is ready. */
  heed(ready: number): void {
    if ((ready & epollEvent.failed) !== 0) this.#ring.takeError();
    this.take();
  }

  /** False: nothing had come. */
  take(): boolean {
    return this.#ring.receive(this.#deliver) > 0;
  }

  readonly #deliver = ({ bytes, wireBytes, virtio }: RingFrame): void => {
    if (wireBytes > bytes.length) {
      if (!this.#isCutTold) this.#events.cut(wireBytes);
      this.#isCutTold = true;
      return;
    }
    if (virtio?.needsChecksum) completeChecksum(bytes, virtio);
    this.#events.received(bytes);
  };
}
