/** What a ground of streams asks of the IP machine that it has. */
import { type Ip, isLinkLocal } from '../base/address.ts';
import { contains } from '../base/prefix.ts';
import { destinationOf } from '../ip/destinations.ts';
import { chooseWay, sendPacket } from '../ip/packet-output.ts';
import { pathMtuTo } from '../ip/path-mtu.ts';
import type { IpSink } from '../ip/sink.ts';
import { chooseSource } from '../ip/source-choice.ts';
import type { IpMachine } from '../ip/state.ts';
import type { LocalInterface } from '../mptcp/machine-state.ts';
import type { OutgoingSegment } from '../tcp/sink.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';

/** The way leads to this node itself: no link is in it. */
const mostMtuBytes = 65_535;

/** The address that packets to there leave with; undefined: no way leads there. */
export function sourceToward(
  machine: IpMachine,
  destination: Ip,
  interfaceName: string | undefined,
): Ip | undefined {
  const index = machine.interfaces.find((one) => one?.name === interfaceName)?.index;
  const way = chooseWay(machine, destination, undefined, index);
  return typeof way === 'string' ? undefined : chooseSource(machine, way);
}

/** What subflows may use: each with the addresses that are not of its link alone. */
export function localInterfaces({ interfaces }: IpMachine): readonly LocalInterface[] {
  return interfaces.flatMap((one) => {
    // What has no link layer is a way to programs of this node.
    if (one?.mac === undefined) return [];
    const { name, up: isUp, addresses } = one;
    const own = addresses.map(({ address }) => address).filter((each) => !isLinkLocal(each));
    return [{ name, isUp, addresses: own }];
  });
}

export function isNeighbourOn(machine: IpMachine, destination: Ip, name: string): boolean {
  const found = machine.interfaces.find((one) => one?.name === name);
  return found?.addresses.some((own) => contains(own, destination)) === true;
}

export function mtuToward(machine: IpMachine, nowNs: number, destination: Ip): number {
  const { iface } = destinationOf(machine, destination, undefined);
  if (iface === undefined) return mostMtuBytes;
  return pathMtuTo(machine, nowNs, destination, iface.mtuBytes);
}

export function sendSegment(
  machine: IpMachine,
  nowNs: number,
  { source, destination, bytes, at, end, ecn, dontFragment }: OutgoingSegment,
  sink: IpSink,
): void {
  const payload = bytes.subarray(at, end);
  const packet = { source, destination, protocol: ipProtocol.tcp, dontFragment, ecn, payload };
  sendPacket(machine, nowNs, packet, sink);
}
