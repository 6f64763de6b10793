/** A plan's nodes and links as objects of this process, plugged together. */
import { FaultError } from '../../../src/base/errors.ts';
import { never } from '../../../src/base/time.ts';
import { createLinkSlab, type LinkSlab } from '../../models/link-slab.ts';
import type { Plan, PlannedEnd, PlannedLink, PlannedNode } from '../../plan/plan.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { IpStation } from './ip-station.ts';
import type { CrashableStation, Station, Surroundings } from './station.ts';
import { SwitchStation } from './switch-station.ts';
import { WireDirection } from './wire-direction.ts';

export interface Network {
  readonly stations: ReadonlyMap<string, Station>;
  /** By link, then by the node that the direction leads to. */
  readonly wires: ReadonlyMap<string, ReadonlyMap<string, WireDirection>>;
}

/** What stands for a node: a machine of this process, or the door to a node elsewhere. */
export type BuildStation = (node: PlannedNode, around: Surroundings) => Station;

/** Of links in one piece of their slab: no network pays for more than it has. */
const mostRows = 1_024;

export function buildNetwork(
  plan: Pick<Plan, 'nodes' | 'links'>,
  around: Surroundings,
  buildStation: BuildStation = buildMachine,
): Network {
  const stations = new Map<string, Station>(
    plan.nodes.map((node) => [node.name, buildStation(node, around)]),
  );
  const slab = createLinkSlab(Math.min(mostRows, 2 * plan.links.length));
  const board = { around, stations, ports: new Map(plan.nodes.flatMap(portsOf)), slab };
  const wires = new Map<string, ReadonlyMap<string, WireDirection>>();
  const shared = new Map<string, DirectionSettings>();
  for (const link of plan.links) {
    const [left, right] = link.ends.map((end) => shareSettings(end, shared));
    const ends = [left!, right!] as const;
    wires.set(link.name, plugLink({ ...link, ends }, board));
  }
  return { stations, wires };
}

/** Of links that are alike one copy of the settings is read, and stays in the cache. */
function shareSettings(end: PlannedEnd, shared: Map<string, DirectionSettings>): PlannedEnd {
  if (end.arriving.trace !== undefined) return end;
  const text = JSON.stringify(end.arriving, (_, value) => (value === never ? 'never' : value));
  const arriving = shared.get(text) ?? end.arriving;
  shared.set(text, arriving);
  return { ...end, arriving };
}

export function buildMachine(node: PlannedNode, around: Surroundings): Station {
  return node.kind === 'switch' ? new SwitchStation(around, node) : new IpStation(around, node);
}

function portsOf(node: PlannedNode): [string, number][] {
  return node.interfaces.map((one, port) => [`${node.name} ${one.name}`, port]);
}

/** Where links are plugged in. */
interface Board {
  readonly around: Surroundings;
  readonly stations: ReadonlyMap<string, Station>;
  readonly ports: ReadonlyMap<string, number>;
  readonly slab: LinkSlab;
}

function plugLink(link: PlannedLink, board: Board): Map<string, WireDirection> {
  const { around, stations, ports, slab } = board;
  const [left, right] = link.ends;
  const lead = (from: PlannedEnd, to: PlannedEnd): WireDirection => {
    const port = ports.get(`${to.node} ${to.interface}`)!;
    const station = stations.get(to.node)!;
    const wire = new WireDirection(around, link.name, from.node, to, station, port, slab);
    stations.get(from.node)!.plug(ports.get(`${from.node} ${from.interface}`)!, wire);
    return wire;
  };
  return new Map([
    [right.node, lead(left, right)],
    [left.node, lead(right, left)],
  ]);
}

export function stationOf(network: Network, name: string): IpStation {
  const station = network.stations.get(name);
  if (station instanceof IpStation) return station;
  throw new FaultError({
    code: 'plan-inconsistent',
    message: `the plan puts a program or an event on ${name}, which has no IP stack`,
  });
}

/** A machine of this process, or the door to a node elsewhere: what a crash can befall. */
export function crashableOf(network: Network, name: string): CrashableStation {
  const station = network.stations.get(name);
  return station !== undefined && 'crash' in station
    ? (station as CrashableStation)
    : stationOf(network, name);
}

export function wiresOf(network: Network, link: string): ReadonlyMap<string, WireDirection> {
  const wires = network.wires.get(link);
  if (wires !== undefined) return wires;
  throw new FaultError({
    code: 'plan-inconsistent',
    message: `an event names the link ${link}, which the plan hasn't`,
  });
}
