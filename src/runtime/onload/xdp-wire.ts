/**
 * An AF_XDP socket as a wire. Frames lie in memory that is registered with the kernel, and both name them
 * by their offsets in it; to tell the kernel takes a send without a payload.
 */
import { readU16 } from '../../base/bytes.ts';
import { nsPerMs } from '../../base/time.ts';
import type { Timer } from '../../host/host.ts';
import { largestXdpFrameBytes, type XdpSocket } from '../../linux/xdp-socket.ts';
import { foldChecksum, pseudoHeaderSum } from '../../wire/checksum.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../wire/ethernet.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { ipv4Offset } from '../../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../wire/ipv6.ts';
import { tcpOffset } from '../../wire/tcp.ts';
import { udpOffset } from '../../wire/udp.ts';
import { completeChecksum } from '../complete-checksum.ts';
import type { FrameWire, WireEvents, WireWatcher } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { TurnFlush } from '../turn-flush.ts';
import { FrameJoiner } from './frame-joiner.ts';

export const xdpFrames = 4_096;
/** So many frames wait for the end of the turn at most. */
const framesAFlush = 32;
const ip = ethernetHeaderBytes;

/** Until the kernel is asked again that took nothing. */
const busyNs = nsPerMs;

export interface XdpWireOptions {
  readonly loop: Pick<KernelLoop, 'watch' | 'poll' | 'after'>;
  readonly socket: WiredSocket;
  readonly watcher?: WireWatcher | undefined;
}

type WiredSocket = Pick<
  XdpSocket,
  'fd' | 'put' | 'flush' | 'untold' | 'untaken' | 'receive' | 'hasArrived' | typeof Symbol.dispose
>;

export class XdpWire implements FrameWire {
  readonly #loop: XdpWireOptions['loop'];
  readonly #socket: WiredSocket;
  readonly #events: WireEvents;
  readonly #watcher: WireWatcher | undefined;
  readonly #watches: readonly { close(): void }[];
  readonly #flush = new TurnFlush(framesAFlush, () => this.#tellKernel());
  readonly #joiner = new FrameJoiner((frame) => this.#deliver(frame));
  #retry: Timer | undefined;
  #isClosed = false;

  constructor({ loop, socket, watcher }: XdpWireOptions, events: WireEvents) {
    this.#loop = loop;
    this.#socket = socket;
    this.#events = events;
    this.#watcher = watcher;
    this.#watches = [
      loop.watch(socket.fd, () => this.#receive()),
      loop.poll(() => socket.hasArrived() && this.#receive()),
    ];
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed || frame.length > largestXdpFrameBytes) return;
    let offset = this.#socket.put(frame);
    if (offset === 'full') {
      this.#flush.now();
      offset = this.#socket.put(frame);
    }
    if (offset === 'full') return;
    this.#watcher?.written(offset, frame.length);
    this.#flush.add();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush.now();
    this.#isClosed = true;
    this.#retry?.cancel();
    for (const watch of this.#watches) watch.close();
    this.#socket[Symbol.dispose]();
  }

  #tellKernel(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    const frames = this.#socket.untold;
    const before = this.#socket.untaken + frames;
    const refusal = this.#socket.flush();
    this.#watcher?.kicked(frames);
    const { untaken } = this.#socket;
    if (refusal === undefined && untaken > 0) this.#askAgain(untaken < before ? 0 : busyNs);
  }

  /** Nothing else may come that would tell the kernel of what it has left. */
  #askAgain(afterNs: number): void {
    if (!this.#isClosed) this.#retry = this.#loop.after(afterNs, () => this.#tellKernel());
  }

  #receive(): boolean {
    const count = this.#socket.receive(this.#take);
    this.#joiner.finish();
    return count > 0;
  }

  readonly #take = (frame: Uint8Array): void => {
    completePartialChecksum(frame);
    this.#joiner.take(frame);
  };

  readonly #deliver = (frame: Uint8Array): void => {
    if (!this.#isClosed) this.#events.received(frame);
  };
}

/**
 * A peer on the same machine leaves the checksum to a card that there is not: the field holds the sum over
 * the pseudo header alone, and no descriptor says so here.
 */
function completePartialChecksum(frame: Uint8Array): void {
  const isV4 = readU16(frame, ethernetOffset.type) === etherType.ipv4;
  const protocol = frame[ip + (isV4 ? ipv4Offset.protocol : ipv6Offset.nextHeader)]!;
  const at = ip + (isV4 ? (frame[ip]! & 0x0f) * 4 : ipv6HeaderBytes);
  const end = isV4
    ? ip + readU16(frame, ip + ipv4Offset.totalLength)
    : at + readU16(frame, ip + ipv6Offset.payloadLength);
  const fieldAt = at + (protocol === ipProtocol.tcp ? tcpOffset.checksum : udpOffset.checksum);
  if (end > frame.length || fieldAt + 2 > end) return;
  const partial = ~foldChecksum(pseudoHeaderSum(frame, ip, protocol, end - at)) & 0xffff;
  if (readU16(frame, fieldAt) !== partial) return;
  completeChecksum(frame.subarray(0, end), { checksumStart: at, checksumOffset: fieldAt - at });
}
