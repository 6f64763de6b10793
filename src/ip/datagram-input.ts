/** UDP datagrams that arrive, whole, for this machine. */
import { type Ip, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import type { Frame } from '../base/frame.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { udpHeaderBytes, udpOffset, verifyUdpChecksum } from '../wire/udp.ts';
import { findReceiver, hears } from './datagram-sockets.ts';
import { reportError } from './error-output.ts';
import { ipAt } from './link-header.ts';
import { recordDiscard } from './records.ts';
import { type DatagramArrival, type IpSink, loopbackIndex } from './sink.ts';
import { socketsOf } from './socket-table.ts';
import type { DatagramSocketState, IpInterface, IpMachine } from './state.ts';

/** Reads the frame only; `toGroup`: a broadcast or multicast, of which every socket gets one. */
export function receiveDatagram(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  at: number,
  toGroup: boolean,
  sink: IpSink,
): void {
  const { bytes } = frame;
  const length = readU16(bytes, at + udpOffset.length);
  if (at + udpHeaderBytes > frame.length || length < udpHeaderBytes || at + length > frame.length) {
    recordDiscard(sink, iface, 'UDP: the length is wrong');
    return;
  }
  if (!verifyUdpChecksum(bytes, ipAt, at, at + length)) {
    recordDiscard(sink, iface, 'UDP: the checksum is wrong');
    return;
  }
  const isV4 = bytes[ipAt]! >>> 4 === 4;
  const port = readU16(bytes, at + udpOffset.destinationPort);
  const address = destinationAddress(bytes, isV4);
  const index = iface === undefined ? loopbackIndex : iface.index;
  const family = isV4 ? 4 : 6;
  if (toGroup) {
    for (const socket of socketsOf(machine.sockets, family, port)) {
      if (hears(socket, address, index)) deliver(socket, index, bytes, at, length, isV4, sink);
    }
    return;
  }
  const receiver = findReceiver(machine, family, port, address, index);
  if (receiver !== undefined) {
    deliver(receiver, index, bytes, at, length, isV4, sink);
  } else if (machine.strayDatagrams === 'hand-on') {
    sink.packet(index, bytes.subarray(ipAt, frame.length));
  } else {
    const about = { bytes, at: ipAt, end: frame.length };
    reportError(machine, nowNs, 'port-unreachable', 0, about, iface, sink);
  }
}

function deliver(
  socket: DatagramSocketState,
  interfaceIndex: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  isV4: boolean,
  sink: IpSink,
): void {
  const arrival: DatagramArrival = {
    source: { address: sourceAddress(bytes, isV4), port: readU16(bytes, at) },
    destination: { address: destinationAddress(bytes, isV4), port: socket.port },
    interfaceIndex,
    ttl: bytes[ipAt + (isV4 ? ipv4Offset.ttl : ipv6Offset.hopLimit)]!,
    payload: bytes.subarray(at + udpHeaderBytes, at + length),
  };
  sink.datagram(socket.token, arrival);
}

function sourceAddress(bytes: Uint8Array, isV4: boolean): Ip {
  return isV4
    ? readIpv4(bytes, ipAt + ipv4Offset.source)
    : readIpv6(bytes, ipAt + ipv6Offset.source);
}

function destinationAddress(bytes: Uint8Array, isV4: boolean): Ip {
  return isV4
    ? readIpv4(bytes, ipAt + ipv4Offset.destination)
    : readIpv6(bytes, ipAt + ipv6Offset.destination);
}
