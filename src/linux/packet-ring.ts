/**
 * A packet socket whose frames lie in memory that it shares with the kernel (PACKET_MMAP): one ring for
 * those that arrive, behind it one for those that leave. TPACKET_V2, because it hands each frame over
 * as it comes; V3 hands over blocks, and the last frames wait for a timeout.
 *
 * The socket is a tap: the kernel's own stack sees the frames as well.
 */
import { writeU16 } from '../base/bytes.ts';
import { closeDescriptor } from './descriptor.ts';
import { read16, read32, write32 } from './layout.ts';
import { mapDescriptor, replaceMapping, type SharedMemory } from './memory-map.ts';
import {
  openPacketSocket,
  type PacketRingOptions,
  type RingSizes,
  setUpRings,
  sizeRings,
  startListening,
} from './packet-socket.ts';
import { getOption, socketOption } from './socket.ts';
import { bindCall, lastErrno } from './system-call.ts';
import {
  readVirtioHeader,
  type VirtioHeader,
  virtioHeaderBytes,
  writeVirtioHeader,
} from './tun.ts';

const sendCall = bindCall('send', 'long', ['int', 'bytes', 'size', 'int']);
const dontWait = 0x40;

/** struct tpacket2_hdr of linux/if_packet.h. */
const slot = {
  status: 0,
  length: 4,
  capturedLength: 8,
  macAt: 12,
  seconds: 16,
  nanoseconds: 20,
  vlanTag: 24,
  vlanType: 26,
  bytes: 32,
  /** sll_pkttype of the struct sockaddr_ll behind the header. */
  packetType: 32 + 10,
} as const;
/** PACKET_OUTGOING of linux/if_packet.h. */
const outgoing = 4;
const status = { kernel: 0, user: 1, sendRequest: 1, vlan: 16, vlanType: 64 } as const;
const macAddressesBytes = 12;
const tagBytes = 4;
const defaultTagType = 0x8100;

export interface RingFrame {
  /** In the ring: valid during the visit. */
  readonly bytes: Uint8Array;
  /** As it was on the wire; more than `bytes` has where it was cut. */
  readonly wireBytes: number;
  readonly virtio: VirtioHeader | undefined;
}

/** Which way a frame went, and when: the time of day, as the kernel saw it. */
export interface FrameStamp {
  readonly direction: 'inbound' | 'outbound';
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Where its owner is in its rings: what the next owner has to know beside the descriptor. */
export interface RingCursor {
  readonly arrived: number;
  readonly leaving: number;
}

interface Ring {
  readonly at: number;
  readonly slots: number;
  next: number;
}

export class PacketRing implements Disposable {
  readonly fd: number;
  readonly frameBytes: number;
  readonly #slotBytes: number;
  readonly #headerBytes: number;
  readonly #memory: SharedMemory;
  readonly #arrived: Ring;
  readonly #leaving: Ring;
  #pending = 0;
  #closed = false;
  #visitedAt = 0;
  /** Where the slot is that a frame was put into last. */
  #lastAt = 0;

  private constructor(
    fd: number,
    options: PacketRingOptions,
    sizes: RingSizes,
    { arrived, leaving }: RingCursor = { arrived: 0, leaving: 0 },
  ) {
    this.fd = fd;
    this.frameBytes = options.frameBytes;
    this.#headerBytes = options.virtioHeader ? virtioHeaderBytes : 0;
    const { slotBytes, receiveSlots, sendSlots } = sizes;
    this.#slotBytes = slotBytes;
    this.#memory = mapDescriptor(fd, (receiveSlots + sendSlots) * slotBytes);
    this.#arrived = { at: 0, slots: receiveSlots, next: arrived };
    this.#leaving = { at: receiveSlots * slotBytes, slots: sendSlots, next: leaving };
  }

  static open(options: PacketRingOptions): PacketRing {
    const ring = PacketRing.#map(options);
    try {
      startListening(ring.fd, options.interfaceIndex);
      return ring;
    } catch (error) {
      ring[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * The ring of another process, by a descriptor that it passed on and is ours now. What came since that one
   * read last is in it. `options` are those that it was opened with.
   */
  static adopt(fd: number, options: PacketRingOptions, cursor: RingCursor): PacketRing {
    return new PacketRing(fd, options, sizeRings(options), cursor);
  }

  static #map(options: PacketRingOptions): PacketRing {
    const fd = openPacketSocket();
    try {
      return new PacketRing(fd, options, setUpRings(fd, options));
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
  }

  /** Visits what has arrived, a ring full at most, and gives each slot back; how many it were. */
  receive(visit: (frame: RingFrame) => void): number {
    const ring = this.#arrived;
    for (let count = 0; count < ring.slots; count++) {
      const at = ring.at + ring.next * this.#slotBytes;
      if (this.#closed || (this.#statusAt(at) & status.user) === 0) return count;
      this.#visitedAt = at;
      visit(this.#frameAt(at));
      if (this.#closed) return count + 1;
      this.#setStatus(at, status.kernel);
      ring.next = (ring.next + 1) % ring.slots;
    }
    return ring.slots;
  }

  /** Of the frame that is visited now. */
  readStamp(): FrameStamp {
    const { bytes } = this.#memory;
    const at = this.#visitedAt;
    return {
      direction: bytes[at + slot.packetType] === outgoing ? 'outbound' : 'inbound',
      seconds: read32(bytes, at + slot.seconds),
      nanoseconds: read32(bytes, at + slot.nanoseconds),
    };
  }

  /**
   * Copies a frame into the ring. Where the ring has virtio headers, `virtio` says what is still to be
   * done to it, such as cutting it into segments; left out: nothing.
   */
  put(frame: Uint8Array, virtio?: VirtioHeader): 'queued' | 'full' {
    const ring = this.#leaving;
    const at = ring.at + ring.next * this.#slotBytes;
    if (this.#pending === ring.slots || this.#statusAt(at) !== status.kernel) return 'full';
    const { bytes } = this.#memory;
    const dataAt = at + slot.bytes;
    bytes.fill(0, dataAt, dataAt + this.#headerBytes);
    if (virtio && this.#headerBytes > 0) writeVirtioHeader(bytes, dataAt, virtio);
    bytes.set(frame, dataAt + this.#headerBytes);
    write32(bytes, at + slot.length, this.#headerBytes + frame.length);
    this.#setStatus(at, status.sendRequest);
    this.#lastAt = at;
    this.#pending += 1;
    ring.next = (ring.next + 1) % ring.slots;
    return 'queued';
  }

  /** How many were put that the kernel was not told of yet. */
  get untold(): number {
    return this.#pending;
  }

  /** After a `flush`; a frame that is being visited counts as not yet read. */
  get cursor(): RingCursor {
    return { arrived: this.#arrived.next, leaving: this.#leaving.next };
  }

  /** Where in the shared memory the frame lies that was put last. */
  get lastOffset(): number {
    return this.#lastAt + slot.bytes + this.#headerBytes;
  }

  /** The first bytes of the frame that was put last, in the ring: until the kernel is told of it. */
  lastHead(lengthBytes: number): Uint8Array {
    return this.#memory.bytes.subarray(this.lastOffset, this.lastOffset + lengthBytes);
  }

  /** Adds to the frame that was put last, before the kernel is told; false: there is no room for it. */
  extendLast(more: Uint8Array): boolean {
    const { bytes } = this.#memory;
    const length = read32(bytes, this.#lastAt + slot.length);
    if (slot.bytes + length + more.length > this.#slotBytes) return false;
    bytes.set(more, this.#lastAt + slot.bytes + length);
    write32(bytes, this.#lastAt + slot.length, length + more.length);
    return true;
  }

  describeLast(virtio: VirtioHeader): void {
    writeVirtioHeader(this.#memory.bytes, this.#lastAt + slot.bytes, virtio);
  }

  /** Whether something has arrived, without a question to the kernel. */
  hasArrived(): boolean {
    const ring = this.#arrived;
    const at = ring.at + ring.next * this.#slotBytes;
    return !this.#closed && (this.#statusAt(at) & status.user) !== 0;
  }

  /** Tells the kernel of all that was put; the errno where it took nothing, and those are gone. */
  flush(): number | undefined {
    if (this.#pending === 0 || this.#closed) return undefined;
    const failed = this.#tellKernel();
    if (failed !== undefined) this.#takeBack();
    this.#pending = 0;
    return failed;
  }

  /** Ends the error that an interface leaves on the socket by going down; 0: there was none. */
  takeError(): number {
    return getOption(this.fd, socketOption.error);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    replaceMapping(this.#memory);
    closeDescriptor(this.fd);
  }

  /** Twice, because the first failure may speak of an earlier time. */
  #tellKernel(): number | undefined {
    if (sendCall(this.fd, null, 0, dontWait) >= 0) return undefined;
    this.takeError();
    return sendCall(this.fd, null, 0, dontWait) < 0 ? lastErrno() : undefined;
  }

  /** What an interface that is down did not take must not leave when it is up again. */
  #takeBack(): void {
    const ring = this.#leaving;
    for (let back = this.#pending; back > 0; back--) {
      const index = (ring.next + ring.slots - back) % ring.slots;
      const at = ring.at + index * this.#slotBytes;
      if (this.#statusAt(at) !== status.sendRequest) continue;
      for (let rest = back; rest > 0; rest--)
        this.#clear((ring.next + ring.slots - rest) % ring.slots);
      ring.next = index;
      return;
    }
  }

  #clear(index: number): void {
    this.#setStatus(this.#leaving.at + index * this.#slotBytes, status.kernel);
  }

  #frameAt(at: number): RingFrame {
    const { bytes } = this.#memory;
    const macAt = at + read16(bytes, at + slot.macAt);
    const captured = read32(bytes, at + slot.capturedLength);
    const wireBytes = read32(bytes, at + slot.length);
    const hasHeader = this.#headerBytes > 0;
    const virtio = hasHeader ? readVirtioHeader(bytes, macAt - virtioHeaderBytes) : undefined;
    if ((this.#statusAt(at) & status.vlan) === 0) {
      return { bytes: bytes.subarray(macAt, macAt + captured), wireBytes, virtio };
    }
    this.#insertTag(at, macAt);
    const tagged = bytes.subarray(macAt - tagBytes, macAt + captured);
    return { bytes: tagged, wireBytes: wireBytes + tagBytes, virtio };
  }

  /** The kernel takes an 802.1Q tag out before any tap sees the frame. */
  #insertTag(at: number, macAt: number): void {
    const { bytes } = this.#memory;
    const hasType = (this.#statusAt(at) & status.vlanType) !== 0;
    const type = hasType ? read16(bytes, at + slot.vlanType) : defaultTagType;
    bytes.copyWithin(macAt - tagBytes, macAt, macAt + macAddressesBytes);
    writeU16(bytes, macAt + macAddressesBytes - tagBytes, type);
    writeU16(bytes, macAt + macAddressesBytes - tagBytes + 2, read16(bytes, at + slot.vlanTag));
  }

  /** Atomic, because the kernel writes it on another processor, and what it guards before it. */
  #statusAt(at: number): number {
    return Atomics.load(this.#memory.words, at >>> 2);
  }

  #setStatus(at: number, value: number): void {
    Atomics.store(this.#memory.words, at >>> 2, value);
  }
}
