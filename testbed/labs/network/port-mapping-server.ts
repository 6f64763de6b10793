/** A NAT box's own socket, by which inner hosts ask it for ports. */
import { isIpv4 } from '../../../src/base/address.ts';
import { sendDatagram } from '../../../src/ip/datagram-output.ts';
import { bindDatagramSocket } from '../../../src/ip/datagram-sockets.ts';
import type { DatagramArrival, IpSink } from '../../../src/ip/sink.ts';
import type { IpMachine } from '../../../src/ip/state.ts';
import { portMappingPort } from '../../../src/wire/pcp.ts';
import { answerPortMapping } from '../../models/nat-port-mapping.ts';
import type { NatBox } from './nat-box.ts';
import type { SocketListener } from './socket-listener.ts';

/** The node that the box is. */
interface IpNode extends IpSink {
  /** By token. */
  readonly sockets: (SocketListener | undefined)[];
  nextToken(): number;
  nowNs(): number;
}

/** RFC 6886 3.1, RFC 6887 18.1: nobody on the outer side is answered. */
export function servePortMapping(station: IpNode, machine: IpMachine, nat: NatBox): void {
  const token = station.nextToken();
  bindDatagramSocket(machine, token, { family: 4, port: portMappingPort });
  const listener: SocketListener = {
    datagram: (arrival) => answer(station, machine, nat, token, arrival),
    icmpError: () => {},
  };
  station.sockets[token] = listener;
}

function answer(
  station: IpNode,
  machine: IpMachine,
  nat: NatBox,
  token: number,
  { source, destination, interfaceIndex, payload }: DatagramArrival,
): void {
  if (!nat.state.isInside(interfaceIndex) || !isIpv4(source.address)) return;
  const nowNs = station.nowNs();
  const bytes = answerPortMapping(nat.state, nowNs, source.address, payload);
  if (bytes === undefined) return;
  const from = { source: destination.address };
  sendDatagram(machine, nowNs, token, bytes, source, from, station);
}
