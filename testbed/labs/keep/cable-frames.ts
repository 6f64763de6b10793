/** Frames of links that the hub does not carry, seen by packet sockets on the devices at both ends. */
import { performance } from 'node:perf_hooks';
import { nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import { listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { PacketRing } from '../../../src/linux/packet-ring.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { KernelLoop } from '../../../src/runtime/kernel-loop.ts';
import type { PcapngPacket } from '../../../src/wire/pcapng.ts';
import type { RigDevice } from '../../plan/rig-devices.ts';
import type { LabPlace } from '../ground/live-kernel-lab.ts';

/** `interfaceIndex` counts the ends of the links, in the order in which `ends` names them. */
export type TakeFrame = (frame: Omit<PcapngPacket, 'kind'>) => void;

interface CableEnd {
  readonly node: string;
  readonly device: RigDevice;
}

/** Without what a frame may carry beside its packet, where frames are of the wire's size. */
const headerRoomBytes = 32;
/** What a stack hands to a cable for it to cut. */
const largestSegmentBytes = 65_550;
const framesOf = { wireSize: 2_048, segments: 128 } as const;

export class CableFrames implements AsyncDisposable {
  /** `gateway:core`, as the hub's capture names its interfaces. */
  readonly ends: readonly string[];
  readonly #loop = new KernelLoop();
  readonly #rings: readonly PacketRing[];
  readonly #take: TakeFrame;
  readonly #timeShiftNs: number;

  /** `nowNs`: the time of the lab, from which the frames' times count too. */
  constructor(place: LabPlace, links: readonly string[], nowNs: () => number, take: TakeFrame) {
    const ends = endsOf(place, links);
    this.ends = ends.map(({ node, device }) => `${node}:${device.interface}`);
    this.#take = take;
    this.#timeShiftNs = (performance.timeOrigin + performance.now()) * nsPerMs - nowNs();
    this.#rings = ends.map((end) => openRing(place, end));
    for (const [index, ring] of this.#rings.entries()) {
      this.#loop.watch(ring.fd, () => this.#read(index));
    }
  }

  /** What has come by now is handed out before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    for (const [index, ring] of this.#rings.entries()) {
      this.#read(index);
      ring[Symbol.dispose]();
    }
  }

  #read(interfaceIndex: number): void {
    const ring = this.#rings[interfaceIndex]!;
    ring.receive(({ bytes, wireBytes: originalBytes }) => {
      const { direction, seconds, nanoseconds } = ring.readStamp();
      // In this order nothing is rounded off: the sum alone would be larger than a number is exact.
      const tNs = seconds * nsPerSecond - this.#timeShiftNs + nanoseconds;
      this.#take({
        interfaceIndex,
        tNs: Math.max(0, Math.round(tNs)),
        direction,
        originalBytes,
        bytes,
      });
    });
  }
}

function endsOf({ standing }: LabPlace, links: readonly string[]): CableEnd[] {
  const ends = standing.rig.nodes.flatMap(({ node, devices }) =>
    devices.map((device) => ({ node, device })),
  );
  return ends.filter(({ device }) => links.includes(device.interface));
}

function openRing({ standing }: LabPlace, { node, device }: CableEnd): PacketRing {
  using namespace = NetworkNamespace.open(standing.namespacePathOf(node));
  const { wireSize, mtuBytes } = device;
  const size = wireSize
    ? { frameBytes: mtuBytes + headerRoomBytes, receiveFrames: framesOf.wireSize }
    : { frameBytes: largestSegmentBytes, receiveFrames: framesOf.segments };
  return runInNamespace(namespace, () =>
    PacketRing.open({
      ...{ ...size, sendFrames: 1, withOutgoing: true },
      interfaceIndex: indexOf(device.device),
    }),
  );
}

function indexOf(device: string): number {
  using socket = new RouteSocket();
  return listLinks(socket).find(({ name }) => name === device)!.index;
}
