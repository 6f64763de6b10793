/** The IP machine's three entrances: a frame, a packet without a link layer, the passing of time. */
import { type Frame, releaseFrame, takeFrame } from '../base/frame.ts';
import { drawUint32 } from '../base/random.ts';
import { never } from '../base/time.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../wire/ethernet.ts';
import { receiveArp } from './arp-input.ts';
import { deliverPacket } from './deliver.ts';
import { createDestinationTable } from './destination-table.ts';
import { createErrorBudget, reportError } from './error-output.ts';
import { addInterface } from './interfaces.ts';
import { receiveIpv4 } from './ipv4-input.ts';
import { receiveIpv6 } from './ipv6-input.ts';
import { ipAt, isToGroupMac, isToMac } from './link-header.ts';
import { advanceNeighbour } from './neighbours.ts';
import { createKeptHead } from './quote.ts';
import { createReassemblyTable, dropReassembly } from './reassembly-table.ts';
import { recordDiscard } from './records.ts';
import { createRouteTable } from './routes.ts';
import type { IpSink } from './sink.ts';
import { createSocketTable } from './socket-table.ts';
import type {
  IpInterface,
  IpMachine,
  IpMachineOptions,
  Neighbour,
  Reassembly,
  WaitingPacket,
} from './state.ts';
import { settleDeadline, takeDue } from './timers.ts';

export function createIpMachine(options: IpMachineOptions): IpMachine {
  const machine: IpMachine = {
    // What every packet touches stands together in memory, and first.
    interfaces: [],
    lastArrived: undefined,
    lastSent: undefined,
    destinations: createDestinationTable(),
    sockets: createSocketTable(),
    middlebox: options.middlebox,
    forwards: options.forwards,
    deadlineNs: never,
    nextIdentification: drawUint32(options.random),
    pool: options.pool,
    timers: { heap: [] },
    loopback: [],
    pathMtus: undefined,
    keptHead: createKeptHead(options.pool),
    random: options.random,
    strayDatagrams: options.strayDatagrams ?? 'refuse',
    routes: createRouteTable(),
    keepsDestinations: false,
    reassembly: createReassemblyTable(),
    errorBudget: createErrorBudget(),
  };
  for (const each of options.interfaces) addInterface(machine, each);
  return machine;
}

/** Takes the frame over, whatever becomes of it. */
export function receiveFrame(
  machine: IpMachine,
  nowNs: number,
  interfaceIndex: number,
  frame: Frame,
  sink: IpSink,
): void {
  const iface = machine.interfaces[interfaceIndex];
  const { bytes, length } = frame;
  if (iface === undefined || !iface.up || length < ethernetHeaderBytes || iface.mac === undefined) {
    releaseFrame(machine.pool, frame);
    return;
  }
  const groupFrame = isToGroupMac(bytes);
  if (!groupFrame && !isToMac(bytes, iface)) {
    releaseFrame(machine.pool, frame);
    return;
  }
  const type = (bytes[ethernetOffset.type]! << 8) | bytes[ethernetOffset.type + 1]!;
  if (type === etherType.ipv4) {
    receiveIpv4(machine, nowNs, iface, frame, groupFrame, sink);
    return;
  }
  if (type === etherType.ipv6) {
    receiveIpv6(machine, nowNs, iface, frame, groupFrame, sink);
    return;
  }
  if (type === etherType.arp) receiveArp(machine, nowNs, iface, frame, sink);
  releaseFrame(machine.pool, frame);
}

/** An IP packet from a point-to-point interface, or one injected; the bytes are copied. */
export function receivePacket(
  machine: IpMachine,
  nowNs: number,
  interfaceIndex: number,
  packet: Uint8Array,
  sink: IpSink,
): void {
  const iface = machine.interfaces[interfaceIndex];
  if (iface === undefined || !iface.up || packet.length === 0) return;
  const frame = takeFrame(machine.pool, ipAt + packet.length);
  frame.bytes.set(packet, ipAt);
  if (packet[0]! >>> 4 === 6) receiveIpv6(machine, nowNs, iface, frame, false, sink);
  else receiveIpv4(machine, nowNs, iface, frame, false, sink);
}

/** Does what is due; earlier than `machine.deadlineNs` it does nothing. */
export function advance(machine: IpMachine, nowNs: number, sink: IpSink): void {
  while (machine.loopback.length > 0 && machine.loopback[0]!.dueNs <= nowNs) {
    const { frame, iface } = machine.loopback.shift()!;
    deliverPacket(machine, nowNs, iface, frame, false, sink);
  }
  for (;;) {
    const due = takeDue(machine, nowNs);
    if (due === undefined) break;
    expire(machine, nowNs, due, sink);
  }
  settleDeadline(machine);
}

function expire(
  machine: IpMachine,
  nowNs: number,
  due: Neighbour | Reassembly,
  sink: IpSink,
): void {
  switch (due.timer) {
    case 'neighbour':
      for (const packet of advanceNeighbour(machine, nowNs, due, sink)) {
        giveBack(machine, nowNs, due.iface, packet, sink);
      }
      return;
    case 'reassembly':
      abandon(machine, nowNs, due, sink);
      return;
  }
}

/** RFC 4861 7.2.2: the neighbour does not answer; who sent the packet is told. */
function giveBack(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  packet: WaitingPacket,
  sink: IpSink,
): void {
  const { frame, arrivedOn, quote } = packet;
  const about =
    quote === undefined
      ? { bytes: frame.bytes, at: ipAt, end: frame.length }
      : { bytes: quote, at: 0, end: quote.length };
  recordDiscard(sink, iface, 'host-unreachable');
  reportError(machine, nowNs, 'host-unreachable', 0, about, arrivedOn, sink);
  releaseFrame(machine.pool, frame);
}

/** RFC 1122 3.3.2, RFC 8200 4.5: told only if the first fragment is here. */
function abandon(machine: IpMachine, nowNs: number, due: Reassembly, sink: IpSink): void {
  const first = due.fragments[0];
  if (first?.offset === 0 && due.iface !== undefined) {
    const { bytes, length } = first.frame;
    const about = { bytes, at: ipAt, end: length };
    reportError(machine, nowNs, 'reassembly-time-exceeded', 0, about, due.iface, sink);
  }
  if (!due.refused) recordDiscard(sink, due.iface, 'fragments are missing');
  dropReassembly(machine, due);
}
