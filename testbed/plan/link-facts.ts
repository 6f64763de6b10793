/** Facts of one link. */
import { nearestWord } from '../../src/base/nearest.ts';
import { never, nsPerSecond } from '../../src/base/time.ts';
import { formatSize } from '../../src/base/units.ts';
import { cubicResponseBps, singleLossRatio } from './cubic-response.ts';
import type { FactArgument, FactName, FactProblem } from './fact-table.ts';
import {
  capacityBps,
  meanDelayNs,
  meanRateBps,
  queueingNs,
  transmissionNs,
  udpIpv4Bytes,
} from './link-figures.ts';
import type { NetworkIndex } from './network-index.ts';
import type { PlannedEnd, PlannedLink } from './plan.ts';

export type Place = Extract<FactArgument, { kind: 'place' }>;

/** Undefined: the fact doesn't take these arguments. */
export function evaluateLinkFact(
  index: NetworkIndex,
  name: FactName,
  place: Place,
  size: FactArgument | undefined,
): number | FactProblem | undefined {
  if (place.via !== undefined || (size !== undefined) !== (name === 'transmission'))
    return undefined;
  const link = index.links.get(place.name);
  if (link === undefined) return unknownLink(index, place.name);
  if (name === 'rtt') return place.toward === undefined ? roundTripNs(link) : undefined;
  const ends = endsOf(link, place);
  if (!Array.isArray(ends)) return ends;
  if (name === 'transmission') return transmissionOf(link, ends, size!);
  const values = ends.map((end) => figureOf(name, link, end));
  const problem = values.find((value) => typeof value !== 'number');
  if (problem) return problem;
  return agree(name, link, values as number[]);
}

function roundTripNs({ ends }: PlannedLink): number {
  return meanDelayNs(ends[0].arriving) + meanDelayNs(ends[1].arriving);
}

function endsOf(link: PlannedLink, { toward }: Place): PlannedEnd[] | FactProblem {
  if (toward === undefined) return [...link.ends];
  const end = link.ends.find((one) => one.node === toward);
  if (end) return [end];
  const [a, b] = link.ends.map((one) => `${link.name} toward ${one.node}`);
  return { problem: `${link.name} does not lead to ${toward}`, hint: `${a}, or ${b}` };
}

type LinkFact = Exclude<FactName, 'rtt' | 'transmission'>;

function figureOf(name: LinkFact, link: PlannedLink, end: PlannedEnd): number | FactProblem {
  const settings = end.arriving;
  const rateBps = meanRateBps(settings);
  switch (name) {
    case 'owd':
    case 'delay':
      return meanDelayNs(settings);
    case 'queueing':
      return limited(queueingNs(settings), link, end, 'queue');
    case 'rate':
      return limited(rateBps, link, end, 'rate');
    case 'capacity':
      return limited(capacityBps(rateBps, settings.mtuBytes), link, end, 'rate');
    case 'cubic':
      return cubicOf(link, end);
    case 'bdp':
      return limited((rateBps * roundTripNs(link)) / nsPerSecond / 8, link, end, 'rate');
  }
}

function cubicOf(link: PlannedLink, end: PlannedEnd): number | FactProblem {
  const settings = end.arriving;
  const lossRatio = singleLossRatio(settings);
  if (lossRatio === undefined) {
    return {
      problem: `the losses of ${link.name} toward ${end.node} are not single ones`,
      hint: 'give it a loss such as 1 %, or write the bound as a figure',
    };
  }
  const response = cubicResponseBps(lossRatio, roundTripNs(link), settings.mtuBytes);
  const capacity = capacityBps(meanRateBps(settings), settings.mtuBytes);
  return limited(Math.min(capacity, response), link, end, 'rate');
}

function limited(
  value: number,
  link: PlannedLink,
  end: PlannedEnd,
  field: 'rate' | 'queue',
): number | FactProblem {
  // An unlimited rate times a delay of 0 is no number.
  if (value !== never && !Number.isNaN(value)) return value;
  const unit = field === 'rate' ? '50 Mbit/s' : '100 packets';
  return {
    problem: `the ${field} of ${link.name} toward ${end.node} is unlimited`,
    hint: `give ${link.name} a ${field}, such as ${unit}`,
  };
}

/** Of two directions: the one value, the larger queue, or a question. */
function agree(name: LinkFact, link: PlannedLink, values: readonly number[]): number | FactProblem {
  if (name === 'queueing') return Math.max(...values);
  if (values.every((value) => value === values[0])) return values[0]!;
  return whichWay(name, link);
}

function whichWay(name: FactName, link: PlannedLink): FactProblem {
  const [a, b] = link.ends.map((one) => `${name}(${link.name} toward ${one.node})`);
  return { problem: `the two directions of ${link.name} differ`, hint: `write ${a} or ${b}` };
}

function transmissionOf(
  link: PlannedLink,
  ends: readonly PlannedEnd[],
  size: FactArgument,
): number | FactProblem | undefined {
  if (size.kind !== 'quantity') return undefined;
  if (size.dimension !== 'size') {
    return { problem: 'transmission needs a size', hint: 'write a size such as 1200 B' };
  }
  const most = Math.min(...ends.map((end) => end.arriving.mtuBytes)) - udpIpv4Bytes;
  if (size.value > most) {
    const fits = `${formatSize(most)} of payload fit one frame of ${link.name}`;
    return { problem: `${formatSize(size.value)} is more than one frame`, hint: fits };
  }
  const times = ends.map((end) => transmissionNs(end.arriving, size.value));
  return times.every((one) => one === times[0]) ? times[0] : whichWay('transmission', link);
}

export function unknownLink(index: NetworkIndex, name: string): FactProblem {
  if (index.nodes.has(name)) {
    return { problem: `${name} is a node`, hint: `name a link, or two nodes: (${name}, …)` };
  }
  return unknownName('link', name, index.links.keys());
}

export function unknownName(
  what: 'link' | 'node',
  name: string,
  known: Iterable<string>,
): FactProblem {
  const names = [...known];
  const nearest = nearestWord(name, names);
  const some = names.slice(0, 8).join(', ');
  const hint = nearest === undefined ? `the ${what}s are ${some}` : `did you mean ${nearest}?`;
  return { problem: `there is no ${what} ${name}`, hint };
}
