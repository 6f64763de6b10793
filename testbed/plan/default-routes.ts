/** Where packets go that no other route speaks of. */
import { type Family, type Ip, parseIpv4, parseIpv6 } from '../../src/base/address.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import { firstAddress } from './addressing.ts';
import type { PlannedRoute } from './plan.ts';
import { passesPackets } from './realms.ts';
import { isDefaultLink } from './route-graph.ts';
import type { Hop, Routing } from './routing.ts';
import { otherEnd, type Port, type Segment } from './wiring.ts';

const everywhere: Readonly<Record<Family, Prefix>> = {
  4: { address: parseIpv4('0.0.0.0') as Ip, length: 0 },
  6: { address: parseIpv6('::') as Ip, length: 0 },
};

/** Toward the exit of its realm; of a NAT box only the outside has one. */
export function addForwarderDefaults(routing: Routing): void {
  for (const hop of routing.rootward.slice(0, routing.graph.forwarders.length)) {
    if (hop.leaves && hop.gateway) {
      addDefault(routing, { leaves: hop.leaves, gateway: hop.gateway }, 1);
    }
  }
}

/** One for each link that leads anywhere, in the order of the links, `default-route` first. */
export function addEndDefaults(routing: Routing): void {
  const open = segmentsWithWayOut(routing);
  const gateways = directGateways(routing);
  for (const [name, ports] of routing.wiring.portsOf) {
    if (passesPackets(routing.wiring.nodes.get(name)!.kind)) continue;
    for (const [index, port] of orderPorts(ports).entries()) {
      const gateway = gatewayOf(routing, port, gateways);
      if (gateway && open.has(port.segment))
        addDefault(routing, { leaves: port, gateway }, index + 1);
    }
  }
}

/** The link of its default route first; the others as they stand in the YAML. */
function orderPorts(ports: readonly Port[]): Port[] {
  const isFirst = ({ node, link }: Port) => isDefaultLink(node, link);
  return [...ports.filter(isFirst), ...ports.filter((port) => !isFirst(port))];
}

/** Segments beyond which there is anything: another segment, or a NAT box's outside. */
function segmentsWithWayOut(routing: Routing): Set<Segment> {
  const open = routing.realms.filter(
    (realm) => realm.segments.length > 1 || realm.exits.length > 0,
  );
  return new Set(open.flatMap((realm) => realm.segments));
}

/** Forwarders' ports by their link: there is one at most at the other end of a terminal's link. */
function directGateways(routing: Routing): Map<string, Port> {
  return new Map([...routing.graph.vertexOf.keys()].map((port) => [port.link.name, port]));
}

function gatewayOf(
  routing: Routing,
  port: Port,
  gateways: ReadonlyMap<string, Port>,
): Port | undefined {
  const vertex = routing.graph.switches.get(otherEnd(port.link, port.node.name));
  if (vertex === undefined) return gateways.get(port.link.name);
  return routing.rootward[vertex]!.gateway;
}

function addDefault(routing: Routing, hop: Hop, metric: number): void {
  const { family, addressing } = routing;
  const route: PlannedRoute = {
    prefix: everywhere[family],
    interface: hop.leaves.link.name,
    gateway: firstAddress(addressing, hop.gateway, family),
    metric,
  };
  routing.routes.get(hop.leaves.node.name)!.push(route);
}
