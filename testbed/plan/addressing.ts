/** Every interface's addresses: given ones as they are, the others in the order of the YAML. */
import type { Family, Ip } from '../../src/base/address.ts';
import { formatPrefix, hostAt, type Prefix } from '../../src/base/prefix.ts';
import { addressPath, givenOf } from './given-networks.ts';
import { assignIpv4Networks, assignIpv6Networks, type Networks } from './networks.ts';
import { PlanError } from './plan-error.ts';
import { findForwarders, findRealms } from './realms.ts';
import type { Port, Segment, Wiring } from './wiring.ts';

export interface Addressing {
  readonly networks: Readonly<Record<Family, Networks>>;
  readonly addresses: Readonly<Record<Family, ReadonlyMap<Port, readonly Prefix[]>>>;
}

export function assignAddresses(wiring: Wiring): Addressing {
  const realms = findRealms(wiring, findForwarders(wiring, 4));
  const networks = { 4: assignIpv4Networks(wiring, realms), 6: assignIpv6Networks(wiring) };
  return {
    networks,
    addresses: {
      4: assignHosts(wiring, networks[4], 4),
      6: assignHosts(wiring, networks[6], 6),
    },
  };
}

/** The address by which neighbours on its segment reach an interface. */
export function firstAddress(addressing: Addressing, port: Port, family: Family): Ip {
  return addressing.addresses[family].get(port)![0]!.address;
}

function assignHosts(
  wiring: Wiring,
  networks: Networks,
  family: Family,
): Map<Port, readonly Prefix[]> {
  const hosts = new Map<Port, readonly Prefix[]>();
  for (const segment of wiring.segments) {
    const network = networks[segment.index]!;
    const taken = new Set(
      segment.ports.flatMap((port) => givenOf(port, family).map((prefix) => prefix.address)),
    );
    const next = countHosts(network, taken);
    for (const port of segment.ports) {
      const given = givenOf(port, family);
      hosts.set(port, given.length > 0 ? given : takeHosts(port, network, next));
    }
  }
  return hosts;
}

/** The free addresses of a network, from the first on. */
function countHosts(network: Prefix, taken: ReadonlySet<Ip>): () => Ip | undefined {
  const bits = typeof network.address === 'number' ? 32 : 128;
  const last = Math.min(2 ** (bits - network.length) - (bits === 32 ? 2 : 1), 2 ** 32 - 1);
  let index = 0;
  return () => {
    while (index < last) {
      index += 1;
      const address = hostAt(network, index);
      if (!taken.has(address)) return address;
    }
    return undefined;
  };
}

function takeHosts(port: Port, network: Prefix, next: () => Ip | undefined): Prefix[] {
  return Array.from({ length: port.node.addressCount }, () => {
    const address = next();
    if (address === undefined) throw networkFull(port, network);
    return { address, length: network.length };
  });
}

function networkFull(port: Port, network: Prefix): PlanError {
  const giver = giverOf(port.segment, network) ?? port;
  return new PlanError(addressPath(giver), {
    code: 'network-full',
    message: `${formatPrefix(network)} has no address left for ${port.node.name} on ${port.link.name}`,
    hint: `give ${giver.node.name} an address with a shorter prefix on ${giver.link.name}`,
  });
}

function giverOf(segment: Segment, network: Prefix): Port | undefined {
  const family = typeof network.address === 'number' ? 4 : 6;
  return segment.ports.find((port) => givenOf(port, family).length > 0);
}
