/**
 * A user-level way to an interface that the kernel has an address of. A program in the kernel gives the
 * frames of this process's ports to it and to nobody else: the kernel's own stack would answer them with
 * resets. Programs and sockets go with the process, however it ends.
 */
import { attachToLink, createBpfMap, loadBpfProgram, putInMap } from '../../linux/bpf.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { int32Bytes } from '../../linux/layout.ts';
import { countReceiveQueues } from '../../linux/link-queues.ts';
import { assemblePortProgram } from '../../linux/port-program.ts';
import { errno, SystemCallError } from '../../linux/system-call.ts';
import { largestXdpFrameBytes, XdpSocket } from '../../linux/xdp-socket.ts';
import type { UserLevelProvider } from '../../sockets/transport-hierarchy.ts';
import { ethernetHeaderBytes } from '../../wire/ethernet.ts';
import type { FrameWire, WireEvents, WireWatcher } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { PortMap } from '../port-map.ts';
import { RingWire } from './ring-wire.ts';
import { XdpWire, xdpFrames } from './xdp-wire.ts';

/** TC_ACT_SHOT and TCX_NEXT, XDP_PASS of linux/bpf.h; and a whole frame, for a socket's filter. */
const verdict = { drop: 2, next: -1, pass: 2, wholeFrame: -1, nothing: 0 } as const;

export interface WayInterface {
  readonly name: string;
  readonly index: number;
  readonly mtuBytes: number;
}

export interface Way extends Disposable {
  readonly ports: PortMap;
  openWire(events: WireEvents, watcher?: WireWatcher): FrameWire;
}

/** In the namespace of this thread; or why there is none. */
export function openWay(
  provider: UserLevelProvider,
  loop: KernelLoop,
  at: WayInterface,
): Way | { readonly why: string } {
  const opened = new Opened();
  try {
    return provider === 'af-xdp' ? openXdpWay(loop, at, opened) : openRingWay(loop, at, opened);
  } catch (error) {
    opened.close();
    if (!(error instanceof SystemCallError)) throw error;
    return { why: reasonOf(provider, error, at) };
  }
}

/** What is to be closed with a way, or where it did not come about. */
class Opened {
  readonly #fds: number[] = [];

  add(fd: number): number {
    this.#fds.push(fd);
    return fd;
  }

  attach(kind: 'xdp' | 'ingress', programFd: number, { index, name }: WayInterface): void {
    const link = attachToLink(kind, programFd, index);
    if ('fd' in link) this.add(link.fd);
    else throw new SystemCallError('bpf', link.errno, `attach at the ${kind} of ${name}`);
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) closeDescriptor(fd);
  }
}

function openXdpWay(loop: KernelLoop, at: WayInterface, opened: Opened): Way | { why: string } {
  const queues = countReceiveQueues(at.name);
  if (queues > 1) return { why: `${at.name} has ${queues} receive queues, and a socket has one` };
  if (at.mtuBytes + ethernetHeaderBytes > largestXdpFrameBytes)
    return { why: `frames of MTU ${at.mtuBytes} don't fit into a frame of the memory` };
  const socket = XdpSocket.open({ interfaceIndex: at.index, queue: 0, frames: xdpFrames });
  try {
    const ports = new PortMap();
    opened.add(ports.fd);
    const shape = { kind: 'xdp-sockets', keyBytes: 4, valueBytes: 4, entries: 1 } as const;
    const socketMapFd = opened.add(createBpfMap(shape));
    putInMap(socketMapFd, int32Bytes(0), int32Bytes(socket.fd));
    const program = { reads: 'driver', portMapFd: ports.fd, claimsGroups: false } as const;
    const ends = { claimed: { socketMapFd }, other: verdict.pass };
    const assembled = assemblePortProgram({ ...program, ...ends });
    opened.attach('xdp', opened.add(loadBpfProgram('xdp', assembled)), at);
    return {
      ports,
      openWire: (events, watcher) => new XdpWire({ loop, socket, watcher }, events),
      [Symbol.dispose]: () => opened.close(),
    };
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

function openRingWay(loop: KernelLoop, at: WayInterface, opened: Opened): Way {
  const ports = new PortMap();
  opened.add(ports.fd);
  const program = { reads: 'buffer', portMapFd: ports.fd, claimsGroups: false } as const;
  const { drop, next, wholeFrame, nothing } = verdict;
  const past = assemblePortProgram({ ...program, claimed: drop, other: next });
  const seen = assemblePortProgram({ ...program, claimed: wholeFrame, other: nothing });
  opened.attach('ingress', opened.add(loadBpfProgram('ingress', past)), at);
  const programFd = opened.add(loadBpfProgram('socket-filter', seen));
  return {
    ports,
    openWire: (events, watcher) =>
      new RingWire({ loop, interfaceIndex: at.index, programFd, watcher }, events),
    [Symbol.dispose]: () => opened.close(),
  };
}

function reasonOf(
  provider: UserLevelProvider,
  error: SystemCallError,
  { name }: WayInterface,
): string {
  if (error.errno === errno.EBUSY && provider === 'af-xdp')
    return `another socket or program has the queue of ${name}`;
  if (error.errno === errno.EPERM || error.errno === errno.EACCES)
    return 'it takes root, or CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF';
  return error.message;
}
