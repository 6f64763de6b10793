/** The least that a delay can be, whatever the rig did: lateness only adds to what the drawing asks of the way. */
import { leastWayNs, mayLeaveWay } from '../plan/least-way.ts';
import { udpIpv4Bytes } from '../plan/link-figures.ts';
import { findTrip } from '../plan/path-facts.ts';
import type { LinkHop } from '../plan/walk.ts';
import type { FigureName } from './figure-lateness.ts';
import type { LatenessScope } from './lateness-scope.ts';

/** 0: nothing is known of it. */
export function leastDelayNs({ of, what }: FigureName, scope: LatenessScope): number {
  if (what !== 'rtt' && what !== 'one-way-delay') return 0;
  const isThereOnly = what === 'one-way-delay';
  const { traffic, watches } = scope.scenario;
  const own = traffic.find(({ name }) => name === of);
  if (own !== undefined) {
    const payloadBytes = own.transport === 'udp' ? own.payloadBytes : undefined;
    return leastTripNs({ ...own, payloadBytes }, isThereOnly, scope);
  }
  const watched = watches.find(({ name }) => name === of);
  if (watched === undefined) return 0;
  const { from, to } = watched;
  const ways = linksOf(from, to, scope).map((via) =>
    leastTripNs({ from, to, via, family: undefined, payloadBytes: undefined }, isThereOnly, scope),
  );
  return ways.length === 0 ? 0 : Math.min(...ways);
}

/** Somebody else's program takes whichever of them it likes. */
function linksOf(from: string, to: string, { index }: LatenessScope): string[] {
  const interfaces = [from, to].flatMap((node) => index.nodes.get(node)?.interfaces ?? []);
  return interfaces.map(({ link }) => link);
}

interface TripQuery {
  readonly from: string;
  readonly to: string;
  readonly via: string | undefined;
  readonly family: 4 | 6 | undefined;
  readonly payloadBytes: number | undefined;
}

function leastTripNs(query: TripQuery, isThereOnly: boolean, scope: LatenessScope): number {
  const { from, to, via, family, payloadBytes } = query;
  const { index, plan } = scope;
  if (mayLeaveWay(plan, via)) return 0;
  const trip = findTrip(index, from, to, via, family);
  if ('problem' in trip) return 0;
  const hops = isThereOnly ? trip.there.hops : [...trip.there.hops, ...trip.back.hops];
  const fits =
    payloadBytes !== undefined && payloadBytes <= leastMtuBytes(hops, scope) - udpIpv4Bytes;
  return leastWayNs(index, plan, hops, fits ? payloadBytes : undefined);
}

/** Pieces of a datagram overtake nothing, but follow each other from link to link. */
function leastMtuBytes(hops: readonly LinkHop[], { index }: LatenessScope): number {
  const ends = hops.map(
    ({ link, toward }) => index.links.get(link)!.ends.find(({ node }) => node === toward)!,
  );
  return Math.min(...ends.map(({ arriving }) => arriving.mtuBytes));
}
