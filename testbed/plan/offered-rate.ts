/** How much a traffic puts on its way at most, so far as a drawing tells. */
import { meanRateBps, udpIpv4Bytes } from './link-figures.ts';
import { indexNetwork, type NetworkIndex } from './network-index.ts';
import type { Plan, PlannedProgram } from './plan.ts';
import { findReach } from './reach.ts';

export interface OfferedRate {
  readonly traffic: string;
  /** With headers, as a link counts; Infinity: nothing holds it back. */
  readonly rateBps: number;
}

const ethernetBytes = 14;

/** What a client of the boards' service can be asked for that is a file; questions wait for their answers. */
const filesOfService: ReadonlySet<unknown> = new Set(['upload', 'download', 'half-closed']);

/** Of streams: questions wait for their answers, and commands of somebody else's say nothing of it. */
export function offeredRatesOf(plan: Plan): OfferedRate[] {
  const index = indexNetwork(plan);
  const files = plan.programs.filter(
    ({ run, settings }) => run === 'service-client' && filesOfService.has(settings['work']),
  );
  const rates = files.map(({ id, node }) => ({ traffic: id, rateBps: widestBps(index, node) }));
  return [...rates, ...streamRatesOf(plan, index)];
}

function streamRatesOf(plan: Plan, index: NetworkIndex): OfferedRate[] {
  const sources = plan.programs.filter(({ settings }) => settings['role'] === 'source');
  return sources.flatMap((source) => {
    const { traffic } = source;
    const sink = plan.programs.find(
      (one) => one.traffic === traffic && one.settings['role'] === 'sink',
    );
    if (traffic === undefined || sink === undefined) return [];
    // Datagrams come to their link whether or not it takes them.
    const isHeldBack = source.run !== 'stream-source';
    const most = isHeldBack ? carriedBps(index, source, sink) : Number.POSITIVE_INFINITY;
    return { traffic, rateBps: Math.min(askedBps(source), most) };
  });
}

/** A stream of bytes without a rate takes all that it gets. */
function askedBps({ run, settings }: PlannedProgram): number {
  const { rateBps, payloadBytes } = settings;
  if (typeof rateBps !== 'number') return Number.POSITIVE_INFINITY;
  if (run !== 'stream-source') return rateBps;
  const payload = payloadBytes as number;
  return (rateBps * (payload + udpIpv4Bytes + ethernetBytes)) / payload;
}

/** What the least of its links lets through; of several ways together where the transport takes them all. */
function carriedBps(index: NetworkIndex, source: PlannedProgram, sink: PlannedProgram): number {
  const opener = source.settings['opens'] === true ? source : sink;
  const { interfaces } = index.nodes.get(opener.node)!;
  const bound = opener.settings['interface'];
  const own = interfaces.filter(
    ({ name }) => takesAllWays(source) || bound === null || name === bound,
  );
  const ways = own.map(({ link }) => leastBps(index, source.node, sink.node, opener, link));
  const found = ways.filter((rateBps) => rateBps !== undefined);
  // Inside a tunnel no link is known to be its way.
  if (found.length === 0) return Number.POSITIVE_INFINITY;
  return takesAllWays(source) ? found.reduce((sum, one) => sum + one, 0) : Math.max(...found);
}

/** One connection goes by one of them. */
function widestBps(index: NetworkIndex, node: string): number {
  const { interfaces } = index.nodes.get(node)!;
  const ends = interfaces.flatMap(({ link }) => index.links.get(link)!.ends);
  return Math.max(
    ...ends.filter((end) => end.node === node).map(({ arriving }) => meanRateBps(arriving)),
  );
}

function takesAllWays({ run }: PlannedProgram): boolean {
  return typeof run === 'string' && run.endsWith('mptcp');
}

function leastBps(
  index: NetworkIndex,
  from: string,
  to: string,
  opener: PlannedProgram,
  link: string,
): number | undefined {
  const place = opener.node === from ? { firstLink: link } : { lastLink: link };
  const reach = findReach(index, { from, to, family: 4, ...place });
  return (
    reach &&
    Math.min(
      ...reach.hops.map(({ link: name, toward }) => {
        const { ends } = index.links.get(name)!;
        return meanRateBps(ends.find(({ node }) => node === toward)!.arriving);
      }),
    )
  );
}
