/** Facts of the way from one node to another, as the planned routes lead. */

import type { Family } from '../../src/base/address.ts';
import type { FactArgument, FactName, FactProblem } from './fact-table.ts';
import { type Place, unknownLink, unknownName } from './link-facts.ts';
import { capacityBps, meanRateBps } from './link-figures.ts';
import type { NetworkIndex } from './network-index.ts';
import { findReach, type Reach } from './reach.ts';
import type { LinkHop } from './walk.ts';

/** Undefined: the fact doesn't take these arguments. */
export function evaluatePathFact(
  index: NetworkIndex,
  name: FactName,
  from: Place,
  to: FactArgument,
): number | FactProblem | undefined {
  if (name !== 'rtt' && name !== 'owd' && name !== 'capacity') return undefined;
  if (to.kind !== 'place' || from.toward !== undefined || to.toward !== undefined) return undefined;
  const trip = findTrip(index, from.name, to.name, to.via ?? from.via);
  if ('problem' in trip) return trip;
  switch (name) {
    case 'owd':
      return trip.there.delayNs;
    case 'rtt':
      return trip.there.delayNs + trip.back.delayNs;
    case 'capacity':
      return leastCapacity(index, trip.there.hops);
  }
}

export interface Trip {
  readonly there: Reach;
  readonly back: Reach;
}

/**
 * `via`: the link of `from` that the way begins with; where `from` has no such link, the link of `to`
 * that it ends with. The way back leaves by the interface where the way there ended and leads to the
 * one where it began, as an answer does. NAT boxes on the way are taken to let it in.
 */
export function findTrip(
  index: NetworkIndex,
  from: string,
  to: string,
  via: string | undefined,
  family: Family = 4,
): Trip | FactProblem {
  const [start, end] = [index.nodes.get(from), index.nodes.get(to)];
  if (start === undefined) return unknownNode(index, from);
  if (end === undefined) return unknownNode(index, to);
  const link = via === undefined ? undefined : index.links.get(via);
  if (via !== undefined && link === undefined) return unknownLink(index, via);
  const touches = (node: string) => link?.ends.some((one) => one.node === node) === true;
  if (link && !touches(from) && !touches(to)) {
    const problem = `${via} is a link neither of ${from} nor of ${to}`;
    return { problem, hint: `the links of ${from} are ${namesOf(index, from)}` };
  }
  const firstLink = touches(from) ? via : undefined;
  const lastLink = touches(from) ? undefined : via;
  const there = findReach(index, { from, to, family, firstLink, lastLink });
  const strays = lastLink !== undefined && there?.hops.at(-1)?.link !== lastLink;
  if (there === undefined || strays) return noWay(from, to, via, family);
  const back = findAnswer(index, from, to, family, there);
  return back === undefined ? noWay(to, from, undefined, family) : { there, back };
}

function findAnswer(
  index: NetworkIndex,
  from: string,
  to: string,
  family: Family,
  there: Reach,
): Reach | undefined {
  const query = { from: to, to: from, family, lastLink: there.hops[0]?.link };
  const bySame = findReach(index, { ...query, firstLink: there.interface });
  return bySame ?? findReach(index, query);
}

function leastCapacity(index: NetworkIndex, hops: readonly LinkHop[]): number | FactProblem {
  const arriving = hops.map(({ link, toward }) => {
    return index.links.get(link)!.ends.find((end) => end.node === toward)!.arriving;
  });
  const mtuBytes = Math.min(...arriving.map((one) => one.mtuBytes));
  const least = Math.min(...arriving.map((one) => capacityBps(meanRateBps(one), mtuBytes)));
  if (Number.isFinite(least)) return least;
  return { problem: 'no link of this way has a rate limit', hint: 'give one of its links a rate' };
}

function unknownNode(index: NetworkIndex, name: string): FactProblem {
  if (index.links.has(name)) {
    return { problem: `${name} is a link`, hint: `write (${name}) alone, or two nodes` };
  }
  return unknownName('node', name, index.nodes.keys());
}

function noWay(from: string, to: string, via: string | undefined, family: Family): FactProblem {
  const by = via === undefined ? '' : ` by ${via}`;
  const problem = `${from} has no way to ${to}${by} over IPv${family}`;
  return { problem, hint: 'terminals, hosts and relays pass nothing on: join them by a router' };
}

function namesOf(index: NetworkIndex, node: string): string {
  return index.nodes
    .get(node)!
    .interfaces.map((one) => one.link)
    .join(', ');
}
