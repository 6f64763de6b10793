/**
 * Neighbours that a large rig is told, because the kernel could not learn so many: its table holds 1 024
 * of a family (gc_thresh3), for all namespaces together, and only the first namespace may change that.
 * What is told is permanent, and not counted. A small rig asks by ARP and ND, as the model does.
 */
import { type Family, familyOf, type Ip } from '../../src/base/address.ts';
import type { Mac } from '../../src/base/mac.ts';
import { indexNetwork, type NetworkIndex } from './network-index.ts';
import type { Plan, PlannedInterface, PlannedNode } from './plan.ts';

export interface RigNeighbour {
  readonly address: Ip;
  readonly mac: Mac;
}

/** A quarter of the table: other runs, and what is not ours, need theirs. */
export const mostLearned = 256;

interface Station {
  readonly node: PlannedNode;
  readonly interface: PlannedInterface;
}

/** By `node interface`; empty where they can be learned. */
export function neighboursOf(plan: Plan): ReadonlyMap<string, readonly RigNeighbour[]> {
  const index = indexNetwork(plan);
  const pairs = [...stationsBySegment(plan, index).values()].flatMap((stations) =>
    stations.length <= 2 ? everyPair(stations) : gatewayPairs(stations, index),
  );
  const told = new Map<string, RigNeighbour[]>();
  for (const [one, other] of pairs) {
    addNeighbours(told, one, other);
    addNeighbours(told, other, one);
  }
  const all = [...told.values()].flat();
  const isMany = ([4, 6] as const).some((family) => countOf(all, family) > mostLearned);
  return isMany ? told : new Map();
}

function countOf(neighbours: readonly RigNeighbour[], family: Family): number {
  return neighbours.filter(({ address }) => familyOf(address) === family).length;
}

function stationsBySegment(plan: Plan, { segmentOf }: NetworkIndex): Map<string, Station[]> {
  const stations = plan.nodes
    .filter(({ kind }) => kind !== 'switch')
    .flatMap((node) => node.interfaces.map((one) => ({ node, interface: one })));
  return Map.groupBy(stations, (station) => segmentOf.get(station.interface.link)!);
}

type Pair = readonly [Station, Station];

function everyPair(stations: readonly Station[]): Pair[] {
  return stations.length === 2 ? [[stations[0]!, stations[1]!]] : [];
}

/** In a switched segment who speaks with whom is not known, but for the ways out of it. */
function gatewayPairs(stations: readonly Station[], { owners, segmentOf }: NetworkIndex): Pair[] {
  const byInterface = new Map(stations.map((one) => [one.interface, one]));
  return stations.flatMap((station) => {
    const there = owners.get(segmentOf.get(station.interface.link)!)!;
    const gateways = station.node.routes
      .filter((route) => route.interface === station.interface.name)
      .flatMap(({ gateway }) => (gateway === undefined ? [] : [there.get(gateway)?.interface]));
    const distinct = new Set(gateways.flatMap((one) => (one ? [byInterface.get(one)!] : [])));
    return [...distinct].map((gateway) => [station, gateway] as const);
  });
}

function addNeighbours(told: Map<string, RigNeighbour[]>, one: Station, other: Station): void {
  const key = `${one.node.name} ${one.interface.name}`;
  const list = told.get(key) ?? [];
  told.set(key, list);
  const { mac, addresses } = other.interface;
  for (const { address } of addresses) {
    if (!list.some((known) => known.address === address)) list.push({ address, mac });
  }
}
