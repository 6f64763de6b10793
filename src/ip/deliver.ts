/** A packet for this machine: made whole, then given to whom its protocol belongs. */
import { type Frame, releaseFrame } from '../base/frame.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { receiveDatagram } from './datagram-input.ts';
import { receiveIcmp, receiveIcmpv6 } from './icmp-input.ts';
import { ipAt } from './link-header.ts';
import { isFragmentV4, reassembleV4, reassembleV6 } from './reassemble.ts';
import { recordDiscard } from './records.ts';
import { type IpSink, loopbackIndex } from './sink.ts';
import type { IpInterface, IpMachine } from './state.ts';
import { findUpperLayer, type UpperLayer } from './upper-layer.ts';

/** Takes the frame over. `toGroup`: it came as a broadcast or multicast. */
export function deliverPacket(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  toGroup: boolean,
  sink: IpSink,
): void {
  const { bytes } = frame;
  if (bytes[ipAt]! >>> 4 === 4 && isFragmentV4(bytes)) {
    const done = reassembleV4(machine, nowNs, iface, frame, sink);
    if (done !== undefined) deliverPacket(machine, nowNs, iface, done.frame, toGroup, sink);
    return;
  }
  const upper = findUpperLayer(bytes, ipAt, frame.length);
  if (upper?.fragment !== undefined) {
    const done = reassembleV6(machine, nowNs, iface, frame, upper.fragment, sink);
    if (done !== undefined) deliverPacket(machine, nowNs, iface, done.frame, toGroup, sink);
    return;
  }
  if (upper === undefined) recordDiscard(sink, iface, 'IP: headers are cut short');
  else hand(machine, nowNs, iface, frame, upper, toGroup, sink);
  releaseFrame(machine.pool, frame);
}

function hand(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  upper: UpperLayer,
  toGroup: boolean,
  sink: IpSink,
): void {
  const { protocol, at } = upper;
  const isV4 = frame.bytes[ipAt]! >>> 4 === 4;
  if (protocol === ipProtocol.udp) {
    receiveDatagram(machine, nowNs, iface, frame, at, toGroup, sink);
    return;
  }
  if (protocol === ipProtocol.icmp && isV4) {
    if (!receiveIcmp(machine, nowNs, iface, frame, at, toGroup, sink)) return;
  } else if (protocol === ipProtocol.icmpv6 && !isV4) {
    if (!receiveIcmpv6(machine, nowNs, iface, frame, at, toGroup, sink)) return;
  }
  // A TCP machine will take its segments here, and answer those of no connection with a reset.
  sink.packet(iface?.index ?? loopbackIndex, frame.bytes.subarray(ipAt, frame.length));
}
