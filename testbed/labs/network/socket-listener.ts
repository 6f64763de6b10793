/** Who gets what arrives for a bound socket of a node. */
import type { DatagramArrival, IcmpErrorArrival } from '../../../src/ip/sink.ts';

export interface SocketListener {
  datagram(arrival: DatagramArrival): void;
  icmpError(arrival: IcmpErrorArrival): void;
}
