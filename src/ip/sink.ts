/** What an IP machine writes to: the driver's side of it. */
import type { Endpoint, Ip } from '../base/address.ts';
import type { Frame } from '../base/frame.ts';

/** The interface that a datagram to 127.0.0.1 or ::1 is said to have arrived on; it is in no list. */
export const loopbackIndex = -1;

/** A UDP datagram that arrived for a socket of this machine. */
export interface DatagramArrival {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly interfaceIndex: number;
  readonly ttl: number;
  /** Valid during the call only: the frame under it is released afterwards. */
  readonly payload: Uint8Array;
}

/** RFC 1122 3.2.2: an ICMP or ICMPv6 error about a datagram that this machine sent. */
export interface IcmpErrorArrival {
  readonly kind:
    | 'network-unreachable'
    | 'host-unreachable'
    | 'port-unreachable'
    | 'packet-too-big'
    | 'time-exceeded'
    | 'prohibited'
    | 'other';
  /** Who says so. */
  readonly reporter: Ip;
  /** The endpoints of the datagram that is spoken of, as this machine sent it. */
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** With `packet-too-big`: what the next hop can take. */
  readonly mtuBytes?: number;
}

export interface IpSink {
  /** A frame that leaves by an interface; ownership goes with it. */
  transmit(interfaceIndex: number, frame: Frame): void;
  /** An IP packet that leaves by a point-to-point interface without a link layer (a TUN device); the view is valid during the call. */
  transmitPacket(interfaceIndex: number, packet: Uint8Array): void;
  /** A datagram for the socket that was bound with this token. */
  datagram(socket: number, arrival: DatagramArrival): void;
  /** An ICMP error for the socket that sent the datagram. */
  icmpError(socket: number, arrival: IcmpErrorArrival): void;
  /**
   * A whole IP packet for this machine that nothing here handles: TCP, today, and ICMP errors about it,
   * echo replies, datagrams where `strayDatagrams` says so. The view is valid during the call.
   */
  packet(interfaceIndex: number, packet: Uint8Array): void;
  /** Something a reader of the trace should know: a packet discarded and why, a neighbour found. */
  record(kind: string, fields: Readonly<Record<string, string | number | boolean | null>>): void;
}
