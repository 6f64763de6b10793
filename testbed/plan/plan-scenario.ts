/** The pure step from a scenario to a plan. Throws a `PlanError` where the topology can't be. */
import type { Mac } from '../../src/base/mac.ts';
import type { LinkModel, NodeModel, Scenario } from '../schema/model.ts';
import { type Addressing, assignAddresses } from './addressing.ts';
import { assignMacs, interfaceKey } from './macs.ts';
import type {
  Plan,
  PlannedInterface,
  PlannedLink,
  PlannedNat,
  PlannedNode,
  PlannedRoute,
} from './plan.ts';
import { planPrograms } from './programs.ts';
import { isInside, passesPackets } from './realms.ts';
import { planRoutes } from './routes.ts';
import { routeTunnels } from './tunnels.ts';
import { planWatches } from './watches.ts';
import { findWiring, otherEnd, type Port, type Wiring } from './wiring.ts';

export function planScenario(scenario: Scenario): Plan {
  const network = routeTunnels(planNetwork(scenario), scenario.programs);
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    limitNs: scenario.limitNs,
    ...network,
    programs: planPrograms(scenario, network),
    watches: planWatches(scenario, network),
    events: scenario.events,
  };
}

interface Draft {
  readonly wiring: Wiring;
  readonly addressing: Addressing;
  readonly macs: ReadonlyMap<string, Mac>;
  readonly linksOf: ReadonlyMap<string, readonly LinkModel[]>;
  readonly portAt: ReadonlyMap<string, Port>;
}

function planNetwork({ topology }: Scenario): Pick<Plan, 'nodes' | 'links'> {
  const wiring = findWiring(topology);
  const addressing = assignAddresses(wiring);
  const ports = [...wiring.portsOf.values()].flat();
  const draft: Draft = {
    wiring,
    addressing,
    macs: assignMacs(topology.links),
    linksOf: groupLinks(topology.nodes, topology.links),
    portAt: new Map(ports.map((port) => [interfaceKey(port.node.name, port.link.name), port])),
  };
  const routes = [planRoutes(wiring, addressing, 4), planRoutes(wiring, addressing, 6)];
  return {
    nodes: topology.nodes.map((node) =>
      planNode(
        draft,
        node,
        routes.flatMap((family) => family.get(node.name)!),
      ),
    ),
    links: topology.links.map(planLink),
  };
}

function groupLinks(
  nodes: readonly NodeModel[],
  links: readonly LinkModel[],
): Map<string, LinkModel[]> {
  const groups = new Map<string, LinkModel[]>(nodes.map((node) => [node.name, []]));
  for (const link of links) {
    for (const node of link.between) groups.get(node)!.push(link);
  }
  return groups;
}

function planNode(draft: Draft, node: NodeModel, routes: readonly PlannedRoute[]): PlannedNode {
  const links = draft.linksOf.get(node.name)!;
  return {
    name: node.name,
    kind: node.kind,
    forwards: passesPackets(node.kind),
    interfaces: links.map((link) => planInterface(draft, node, link)),
    routes,
    nat: planNat(node, links),
    ...(node.hardware !== undefined && { hardware: node.hardware }),
    cpus: node.cpus,
    memoryBytes: node.memoryBytes,
  };
}

function planInterface(draft: Draft, node: NodeModel, link: LinkModel): PlannedInterface {
  const key = interfaceKey(node.name, link.name);
  const port = draft.portAt.get(key);
  const { 4: v4, 6: v6 } = draft.addressing.addresses;
  return {
    name: link.name,
    link: link.name,
    mac: draft.macs.get(key)!,
    // What it may send is what fits the direction that leads away from it.
    mtuBytes: link.toward[otherEnd(link, node.name)]!.mtuBytes,
    addresses: port ? [...v4.get(port)!, ...v6.get(port)!] : [],
    stack: node.stack,
  };
}

function planNat(node: NodeModel, links: readonly LinkModel[]): PlannedNat | undefined {
  if (node.nat === undefined) return undefined;
  const { inside: _, ...settings } = node.nat;
  const inside = links.filter((link) => isInside(node, link)).map((link) => link.name);
  const outside = links.filter((link) => !isInside(node, link)).map((link) => link.name);
  return { settings, inside, outside };
}

function planLink(link: LinkModel): PlannedLink {
  const end = (node: string) => ({
    node,
    interface: link.name,
    arriving: link.toward[node]!,
  });
  return {
    name: link.name,
    engine: link.engine,
    ends: [end(link.between[0]), end(link.between[1])],
  };
}
