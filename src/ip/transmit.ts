/** The last step of every packet: onto the link that its destination lies behind. */
import { type Frame, releaseFrame } from '../base/frame.ts';
import { etherTypeOf, groupMacOf, ipAt, writeEtherType, writeMacs } from './link-header.ts';
import { isFresh, sendToNeighbour, transmitTo } from './neighbours.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import type { Destination, IpInterface, IpMachine } from './state.ts';

/** Takes the frame over; its IP packet is complete and fits. */
export function transmitPacket(
  machine: IpMachine,
  nowNs: number,
  to: Destination,
  frame: Frame,
  arrivedOn: IpInterface | undefined,
  quote: Uint8Array | undefined,
  sink: IpSink,
): void {
  const { iface, neighbour } = to;
  if (iface === undefined || !iface.up) {
    recordDiscard(sink, iface, 'the interface is down');
    releaseFrame(machine.pool, frame);
    return;
  }
  if (iface.mac === undefined) {
    sink.transmitPacket(iface.index, frame.bytes.subarray(ipAt, frame.length));
    releaseFrame(machine.pool, frame);
    return;
  }
  writeEtherType(frame.bytes, etherTypeOf(frame.bytes));
  if (neighbour !== undefined && isFresh(neighbour, nowNs)) {
    transmitTo(neighbour, frame, sink);
  } else if (neighbour !== undefined) {
    sendToNeighbour(machine, nowNs, neighbour, { frame, arrivedOn, quote }, sink);
  } else {
    writeMacs(frame.bytes, iface, groupMacOf(to.address));
    sink.transmit(iface.index, frame);
  }
}
