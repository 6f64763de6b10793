/** The IP machine's three entrances: a frame, a packet without a link layer, the passing of time. */
import type { Frame } from '../base/frame.ts';
import type { IpSink } from './sink.ts';
import type { IpMachine, IpMachineOptions } from './state.ts';

const missing = 'the IP machine is not built yet';

export function createIpMachine(_options: IpMachineOptions): IpMachine {
  throw new Error(missing);
}

/** Takes the frame over, whatever becomes of it. */
export function receiveFrame(
  _machine: IpMachine,
  _nowNs: number,
  _interfaceIndex: number,
  _frame: Frame,
  _sink: IpSink,
): void {
  throw new Error(missing);
}

/** An IP packet from a point-to-point interface, or one injected; the bytes are copied. */
export function receivePacket(
  _machine: IpMachine,
  _nowNs: number,
  _interfaceIndex: number,
  _packet: Uint8Array,
  _sink: IpSink,
): void {
  throw new Error(missing);
}

export function advance(_machine: IpMachine, _nowNs: number, _sink: IpSink): void {
  throw new Error(missing);
}
