/** Packets on links around the moments that the lab kept: each from where it left to where it arrived. */
import { bytesOf } from '../../src/base/bytes.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Plan } from '../plan/plan.ts';
import { createPacketText } from './packet-text.ts';

export interface SeenPacket {
  readonly text: string;
  readonly link: string;
  readonly from: string;
  readonly to: string;
  /** Undefined: it left before anybody looked. */
  readonly sentNs: number | undefined;
  /** Undefined: it was dropped. */
  readonly arrivedNs: number | undefined;
  /** Its first sight. */
  readonly seenNs: number;
}

interface Sighting {
  readonly tNs: number;
  readonly node: string;
  readonly link: string;
  readonly isArrival: boolean;
  readonly bytes: number;
  readonly head: string;
  /** When looking ended: what became of it later, nobody saw. */
  readonly untilNs: number;
}

/** In the order in which they were first seen; what was still under way when looking ended is left out. */
export function packetsNear(
  records: readonly TraceRecord[],
  { links }: Pick<Plan, 'links'>,
): SeenPacket[] {
  const sightings = records.filter(({ kind }) => kind === 'link.packets').flatMap(sightingsIn);
  const farEnd = ({ link, node }: Sighting): string | undefined =>
    links.find(({ name }) => name === link)?.ends.find((end) => end.node !== node)?.node;
  const takeArrival = takerOf(sightings.filter(({ isArrival }) => isArrival));
  const arrivals = new Map<Sighting, Sighting>();
  for (const one of sightings) {
    const [far, isSent] = [farEnd(one), !one.isArrival];
    const arrival = isSent && far !== undefined ? takeArrival({ ...one, node: far }) : undefined;
    if (arrival) arrivals.set(one, arrival);
  }
  const arrived = new Set(arrivals.values());
  const open = sightings.filter((one) => !one.isArrival && !arrivals.has(one));
  const dropped = droppedAmong(open, farEnd, records);
  const textOf = createPacketText();
  return sightings.flatMap((one) => {
    const { tNs, node, link, isArrival, bytes, head } = one;
    const far = farEnd(one);
    if (far === undefined || arrived.has(one)) return [];
    const seen = { text: textOf(bytesOf(head), bytes), link, seenNs: tNs };
    if (isArrival) return { ...seen, from: far, to: node, sentNs: undefined, arrivedNs: tNs };
    if (!arrivals.has(one) && !dropped.has(one)) return [];
    return { ...seen, from: node, to: far, sentNs: tNs, arrivedNs: arrivals.get(one)?.tNs };
  });
}

function sightingsIn(record: TraceRecord): Sighting[] {
  const texts = (name: string): readonly string[] => record[name] as readonly string[];
  const [nodes, links, ways, heads] = ['node', 'link', 'way', 'head'].map(texts);
  const bytes = record['bytes'] as readonly number[];
  const times = record['atNs'] as readonly number[];
  return times.map((tNs, at) => ({
    ...{
      untilNs: times.at(-1)!,
      tNs,
      node: nodes![at]!,
      link: links![at]!,
      bytes: bytes[at]!,
      head: heads![at]!,
    },
    isArrival: ways![at] === 'inbound',
  }));
}

/** Each arrival belongs to one departure: the first that looks the same and is not too early. */
function takerOf(arrivals: readonly Sighting[]): (sent: Sighting) => Sighting | undefined {
  const keyOf = ({ node, link, bytes, head }: Sighting): string =>
    `${link} ${node} ${bytes} ${head}`;
  const waiting = Map.groupBy(arrivals, keyOf);
  return (sent) => {
    const alike = waiting.get(keyOf(sent)) ?? [];
    const at = alike.findIndex(({ tNs }) => tNs >= sent.tNs);
    return at === -1 ? undefined : alike.splice(at, 1)[0];
  };
}

/**
 * A full queue refuses a frame as it comes, so that the time tells which one. Others are lost on their way, in
 * the order in which they left; a drop after looking ended may be that of any frame that came later.
 */
function droppedAmong(
  open: readonly Sighting[],
  farEnd: (one: Sighting) => string | undefined,
  records: readonly TraceRecord[],
): Set<Sighting> {
  const drops = records.filter(({ kind }) => kind === 'link.dropped');
  const dropped = new Set<Sighting>();
  const take = (one: Sighting, untilNs: number): void => {
    const at = drops.findIndex(
      (drop) =>
        drop.tNs >= one.tNs &&
        drop.tNs <= untilNs &&
        drop['link'] === one.link &&
        drop['toward'] === farEnd(one) &&
        drop['bytes'] === one.bytes,
    );
    if (at === -1) return;
    drops.splice(at, 1);
    dropped.add(one);
  };
  for (const one of open) take(one, one.tNs);
  for (const one of open) if (!dropped.has(one)) take(one, one.untilNs);
  return dropped;
}
