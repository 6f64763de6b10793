/**
 * Frame ports over a packet ring. A port without leases is a tap: it sees what arrives, and takes
 * nothing away. One with leases has a filter in the kernel and holds its ports there.
 *
 * A peer on the same machine leaves checksums to a card that there is not (veth): they are made here. It
 * may also leave the cutting of segments to it; those do not fit, and are dropped and recorded. Where a
 * stack of ours owns an interface, both ends have these offloads off.
 */
import { writeU16 } from '../base/bytes.ts';
import { FaultError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import type { FramePort, FramePortEvents, FramePortOptions, InterfaceInfo } from '../host/host.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import { epollEvent } from '../linux/epoll.ts';
import { PacketRing, type RingFrame } from '../linux/packet-ring.ts';
import type { VirtioHeader } from '../linux/tun.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ethernetHeaderBytes } from '../wire/ethernet.ts';
import type { HostOwner } from './host-owner.ts';
import { leaseFilter, mostLeases } from './lease-filter.ts';
import { holdLeases } from './lease-hold.ts';

const receiveFrames = 1_024;
const sendFrames = 512;
/** So many frames wait for the end of the turn at most. */
const framesAFlush = 32;
const tagBytes = 4;

/** In the namespace of this thread. */
export function openFramePort(
  host: HostOwner,
  options: FramePortOptions,
  events: FramePortEvents,
): FramePort {
  const info = host.interfaces.find(options.interface);
  if (info === undefined) throw noSuchInterface(host, options.interface);
  const leases = options.leases ?? [];
  if (leases.length > mostLeases) throw tooManyLeases(leases.length);
  const held = holdLeases(info.name, leases);
  try {
    const ring = PacketRing.open({
      interfaceIndex: info.index,
      frameBytes: ethernetHeaderBytes + tagBytes + info.mtuBytes,
      receiveFrames,
      sendFrames,
      virtioHeader: true,
      ...(options.leases !== undefined && { filter: leaseFilter(leases) }),
    });
    return new RealFramePort(host, info, ring, held, events);
  } catch (error) {
    for (const fd of held) closeDescriptor(fd);
    throw error;
  }
}

class RealFramePort implements FramePort {
  readonly mac: Mac;
  readonly mtuBytes: number;
  readonly #host: HostOwner;
  readonly #name: string;
  readonly #ring: PacketRing;
  readonly #held: readonly number[];
  readonly #events: FramePortEvents;
  readonly #watch: { close(): void };
  #unflushed = 0;
  #isCutTold = false;
  #isClosed = false;

  constructor(
    host: HostOwner,
    { name, mac, mtuBytes }: InterfaceInfo,
    ring: PacketRing,
    held: readonly number[],
    events: FramePortEvents,
  ) {
    this.mac = mac;
    this.mtuBytes = mtuBytes;
    this.#host = host;
    this.#name = name;
    this.#ring = ring;
    this.#held = held;
    this.#events = events;
    this.#watch = host.loop.watch(ring.fd, (ready) => this.#onReady(ready));
  }

  send(frame: Uint8Array): ReturnType<FramePort['send']> {
    if (this.#isClosed) return 'closed';
    if (!this.#host.interfaces.isUp(this.#name)) return 'interface-down';
    if (frame.length > ethernetHeaderBytes + this.mtuBytes) return 'message-too-long';
    if (this.#put(frame)) this.#flushSoon();
    return 'sent';
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#watch.close();
    this.#ring[Symbol.dispose]();
    for (const fd of this.#held) closeDescriptor(fd);
    this.#host.forget(this);
  }

  /** A ring that stays full loses the frame, as any queue does. */
  #put(frame: Uint8Array): boolean {
    if (this.#ring.put(frame) === 'queued') return true;
    this.#flush();
    return this.#ring.put(frame) === 'queued';
  }

  /** Those of one turn leave in one call. */
  #flushSoon(): void {
    this.#unflushed += 1;
    if (this.#unflushed >= framesAFlush) this.#flush();
    else if (this.#unflushed === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#unflushed = 0;
    if (!this.#isClosed) this.#ring.flush();
  }

  #onReady(ready: number): void {
    if ((ready & epollEvent.failed) !== 0) this.#ring.takeError();
    this.#ring.receive((frame) => this.#deliver(frame));
  }

  #deliver({ bytes, wireBytes, virtio }: RingFrame): void {
    if (wireBytes > bytes.length) {
      this.#tellCut(wireBytes);
      return;
    }
    if (virtio?.needsChecksum) completeChecksum(bytes, virtio);
    this.#events.received(bytes);
  }

  /** Once, because a peer that does so once does so often. */
  #tellCut(wireBytes: number): void {
    if (this.#isCutTold) return;
    this.#isCutTold = true;
    this.#host.records.record('frame-port.cut', { interface: this.#name, wireBytes });
  }
}

/** VIRTIO 1.2, 5.1.6.2: the field holds the sum over the pseudo header already. */
function completeChecksum(
  bytes: Uint8Array,
  { checksumStart, checksumOffset }: VirtioHeader,
): void {
  const checksum = foldChecksum(sumWords(bytes, checksumStart, bytes.length));
  writeU16(bytes, checksumStart + checksumOffset, checksum === 0 ? 0xffff : checksum);
}

function noSuchInterface(host: HostOwner, name: string): FaultError {
  const names = host.interfaces.list().map((info) => info.name);
  return new FaultError({
    code: 'no-such-interface',
    message: `${host.node} has no interface ${name}`,
    hint: `it has ${names.join(', ')}`,
  });
}

function tooManyLeases(count: number): FaultError {
  return new FaultError({
    code: 'too-many-leases',
    message: `a frame port has ${mostLeases} leases at most, and ${count} were asked for`,
  });
}
