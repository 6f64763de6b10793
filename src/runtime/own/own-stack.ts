/**
 * An IP machine in real time: over the packet rings of interfaces that the kernel has no address of, with
 * the timers of the loop. The interface daemon has one, and so has each process that sends by itself.
 */
import { type Frame, releaseFrame, takeFrame } from '../../base/frame.ts';
import { never } from '../../base/time.ts';
import type { Timer } from '../../host/host.ts';
import { advance, receiveFrame } from '../../ip/machine.ts';
import type { IpSink } from '../../ip/sink.ts';
import type { IpMachine } from '../../ip/state.ts';
import type { FilterInstruction } from '../../linux/socket.ts';
import type { FrameWire, WireEvents } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { type RingFilter, RingPort } from '../ring-port.ts';

/** What comes out of the machine, but for what leaves by a ring. */
export type Upward = Omit<IpSink, 'transmit'> & {
  /** Asked of each frame before it leaves; true: it is not to. The frame stays the stack's. */
  withholds?(interfaceIndex: number, frame: Frame): boolean;
  /** After anything that was done to the machine, or that it did. */
  settled?(): void;
};

/** A link's MTU may grow while the ring stands: up to Ethernet's, frames fit. */
const leastRoomBytes = 1_500;

export class OwnStack implements Disposable {
  readonly machine: IpMachine;
  readonly sink: IpSink;
  readonly #loop: KernelLoop;
  readonly #upward: Upward;
  readonly #ports = new Map<number, RingPort>();
  readonly #wires = new Map<number, FrameWire>();
  #timer: Timer | undefined;
  #armedNs = never;

  constructor(loop: KernelLoop, machine: IpMachine, upward: Upward) {
    this.#loop = loop;
    this.machine = machine;
    this.#upward = upward;
    this.sink = {
      transmit: (index, frame) => this.#transmit(index, frame),
      transmitPacket: (index, packet) => upward.transmitPacket(index, packet),
      datagram: (socket, arrival) => upward.datagram(socket, arrival),
      icmpError: (socket, arrival) => upward.icmpError(socket, arrival),
      packet: (index, packet) => upward.packet(index, packet),
      record: (kind, fields) => upward.record(kind, fields),
    };
  }

  /** Gives interface `index` of the machine a ring on a device, in the namespace of this thread. */
  plug(index: number, deviceIndex: number, filter: RingFilter): void {
    const mtuBytes = Math.max(this.machine.interfaces[index]!.mtuBytes, leastRoomBytes);
    const options = { loop: this.#loop, interfaceIndex: deviceIndex, mtuBytes, filter };
    this.plugWire(index, (events) => {
      const port = new RingPort(options, events);
      this.#ports.set(index, port);
      return port;
    });
  }

  /** Gives interface `index` of the machine a way for its frames; the one before it is closed. */
  plugWire(index: number, open: (events: WireEvents) => FrameWire): void {
    const { name } = this.machine.interfaces[index]!;
    const before = this.#wires.get(index);
    const wire = open({
      received: (bytes) => this.#receive(index, bytes),
      cut: (wireBytes) => this.#upward.record('frame-port.cut', { interface: name, wireBytes }),
    });
    before?.close();
    this.#wires.set(index, wire);
  }

  setFilter(index: number, filter: readonly FilterInstruction[]): void {
    this.#ports.get(index)?.setFilter(filter);
  }

  /** For whatever is done to the machine from outside: its timers are kept up. */
  run<T>(action: (machine: IpMachine, nowNs: number, sink: IpSink) => T): T {
    const result = action(this.machine, this.#loop.nowNs(), this.sink);
    this.#settle();
    return result;
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    for (const wire of this.#wires.values()) wire.close();
    this.#wires.clear();
    this.#ports.clear();
  }

  #receive(index: number, bytes: Uint8Array): void {
    const frame = takeFrame(this.machine.pool, bytes.length);
    frame.bytes.set(bytes);
    receiveFrame(this.machine, this.#loop.nowNs(), index, frame, this.sink);
    this.#settle();
  }

  #transmit(index: number, frame: Frame): void {
    if (this.#upward.withholds?.(index, frame) !== true) {
      this.#wires.get(index)?.send(frame.bytes.subarray(0, frame.length));
    }
    releaseFrame(this.machine.pool, frame);
  }

  #settle(): void {
    this.#upward.settled?.();
    const { deadlineNs } = this.machine;
    if (deadlineNs === this.#armedNs) return;
    this.#timer?.cancel();
    this.#armedNs = deadlineNs;
    if (deadlineNs === never) return;
    this.#timer = this.#loop.after(deadlineNs - this.#loop.nowNs(), () => this.#wake());
  }

  #wake(): void {
    this.#armedNs = never;
    this.run((machine, nowNs, sink) => advance(machine, nowNs, sink));
  }
}
