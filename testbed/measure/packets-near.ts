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
  const takeDrop = dropTakerOf(records);
  const textOf = createPacketText();
  const arrived = new Set<Sighting>();
  return sightings.flatMap((one) => {
    const { tNs, node, link, isArrival, bytes, head } = one;
    const far = farEnd(one);
    if (far === undefined || arrived.has(one)) return [];
    const seen = { text: textOf(bytesOf(head), bytes), link, seenNs: tNs };
    if (isArrival) return { ...seen, from: far, to: node, sentNs: undefined, arrivedNs: tNs };
    const arrival = takeArrival({ ...one, node: far });
    if (arrival) arrived.add(arrival);
    else if (!takeDrop({ ...one, node: far })) return [];
    return { ...seen, from: node, to: far, sentNs: tNs, arrivedNs: arrival?.tNs };
  });
}

function sightingsIn(record: TraceRecord): Sighting[] {
  const texts = (name: string): readonly string[] => record[name] as readonly string[];
  const [nodes, links, ways, heads] = ['node', 'link', 'way', 'head'].map(texts);
  const bytes = record['bytes'] as readonly number[];
  return (record['atNs'] as readonly number[]).map((tNs, at) => ({
    ...{ tNs, node: nodes![at]!, link: links![at]!, bytes: bytes[at]!, head: heads![at]! },
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

function dropTakerOf(records: readonly TraceRecord[]): (sent: Sighting) => boolean {
  const drops = records.filter(({ kind }) => kind === 'link.dropped');
  return ({ tNs, node, link, bytes }) => {
    const at = drops.findIndex(
      (one) =>
        one.tNs >= tNs && one['link'] === link && one['toward'] === node && one['bytes'] === bytes,
    );
    return at !== -1 && drops.splice(at, 1).length > 0;
  };
}
