/** A TUN device: the node's applications on one side, a program on the other. */
import { isLinkLocal, isUnspecified, readIpv6 } from '../base/address.ts';
import type {
  VirtualInterface,
  VirtualInterfaceEvents,
  VirtualInterfaceOptions,
} from '../host/host.ts';
import { readDescriptor, writeDescriptor } from '../linux/descriptor.ts';
import { changeLink, listLinks } from '../linux/link.ts';
import { addAddress } from '../linux/link-address.ts';
import { addRoute } from '../linux/route.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import { errno, SystemCallError } from '../linux/system-call.ts';
import { readVirtioHeader, TunDevice, virtioHeaderBytes } from '../linux/tun.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { cutSegment } from './cut-segment.ts';
import type { HostOwner } from './host-owner.ts';
import { SegmentJoiner } from './segment-joiner.ts';

const largestPacketBytes = 65_536;
/** Ten thousand packets a second for as long as a program may wait for its processor. */
const queueLength = 4_096;
const packetsATurn = 64;

/** In the namespace of this thread. */
export function openVirtualInterface(
  host: Pick<HostOwner, 'loop' | 'forget'>,
  options: VirtualInterfaceOptions,
  events: VirtualInterfaceEvents,
): VirtualInterface {
  const device = TunDevice.open({ name: options.name, kind: 'tun', virtioHeader: true });
  try {
    raise(device.name, options);
    return new RealVirtualInterface(host, device, events);
  } catch (error) {
    device[Symbol.dispose]();
    throw error;
  }
}

function raise(name: string, options: VirtualInterfaceOptions): void {
  using socket = new RouteSocket();
  const { index } = listLinks(socket).find((link) => link.name === name)!;
  socket.apply([
    changeLink(index, { mtuBytes: options.mtuBytes, queueLength }),
    ...options.addresses.map((prefix) => addAddress(index, prefix)),
    changeLink(index, { up: true }),
    ...options.routes.map((destination) => addRoute({ destination, linkIndex: index })),
  ]);
}

class RealVirtualInterface implements VirtualInterface {
  readonly name: string;
  readonly #host: Pick<HostOwner, 'loop' | 'forget'>;
  readonly #device: TunDevice;
  readonly #events: VirtualInterfaceEvents;
  readonly #watch: { close(): void };
  readonly #room = new Uint8Array(virtioHeaderBytes + largestPacketBytes);
  readonly #cutRoom = new Uint8Array(largestPacketBytes);
  readonly #single = new Uint8Array(virtioHeaderBytes + largestPacketBytes);
  readonly #joiner = new SegmentJoiner();
  #heardInStep = -1;
  #isClosed = false;

  constructor(
    host: Pick<HostOwner, 'loop' | 'forget'>,
    device: TunDevice,
    events: VirtualInterfaceEvents,
  ) {
    this.name = device.name;
    this.#host = host;
    this.#device = device;
    this.#events = events;
    this.#watch = host.loop.watch(device.fd, () => this.#onReady());
  }

  /** What follows on each other is joined until the step of the loop is over. */
  inject(packet: Uint8Array): 'accepted' | 'closed' {
    if (this.#isClosed) return 'closed';
    if (this.#joiner.take(packet)) return this.#accept();
    this.#flush();
    if (this.#joiner.take(packet)) return this.#accept();
    this.#single.set(packet, virtioHeaderBytes);
    this.#write(this.#single.subarray(0, virtioHeaderBytes + packet.length));
    return this.#accept();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#watch.close();
    this.#device[Symbol.dispose]();
    this.#host.forget(this);
  }

  #accept(): 'accepted' {
    const { loop } = this.#host;
    const hearsLater = this.#heardInStep === loop.step || !loop.isInStep;
    loop.atStepEnd(hearsLater ? this.#flush : this.#flushAndHear);
    return 'accepted';
  }

  readonly #flush = (): void => {
    if (!this.#isClosed && !this.#joiner.isEmpty) this.#write(this.#joiner.finish());
  };

  /**
   * The kernel answers within our write: what it says is read before anything else has its turn. Once a
   * step: two who answer each other would never end.
   */
  readonly #flushAndHear = (): void => {
    this.#flush();
    this.#heardInStep = this.#host.loop.step;
    if (!this.#isClosed) this.#onReady();
  };

  /** What the kernel refuses (it is down, it is no packet) is lost as on any link. */
  #write(bytes: Uint8Array): void {
    try {
      writeDescriptor(this.#device.fd, bytes);
    } catch (error) {
      if (!isLoss(error)) throw error;
    }
  }

  #onReady(): void {
    for (let count = 0; count < packetsATurn && !this.#isClosed; count++) {
      const length = readDescriptor(this.#device.fd, this.#room);
      if (length === undefined) return;
      const header = readVirtioHeader(this.#room, 0);
      cutSegment(this.#room.subarray(virtioHeaderBytes, length), header, this.#cutRoom, this.#hear);
    }
  }

  readonly #hear = (packet: Uint8Array): void => {
    if (!this.#isClosed && !isUpkeep(packet)) this.#events.packet(packet);
  };
}

/** The kernel's own reports and solicitations, which no application sent (RFC 4861 6.3.7, RFC 3810 5.2.13). */
function isUpkeep(packet: Uint8Array): boolean {
  if (packet[0]! >>> 4 !== 6) return false;
  const source = readIpv6(packet, ipv6Offset.source);
  return isUnspecified(source) || isLinkLocal(source);
}

function isLoss(error: unknown): boolean {
  const losses = [errno.EIO, errno.EINVAL, errno.ENOBUFS, errno.ENOMEM];
  return error instanceof SystemCallError && losses.includes(error.errno);
}
