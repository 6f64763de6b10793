/** Packets of flows, each from where it was sent to where it arrived. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Observations } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';

/** Small: a run has hundreds of thousands. */
export interface Message {
  readonly about: FlowEnds;
  readonly n: number;
  readonly isAnswer: boolean;
  readonly sentNs: number | undefined;
  readonly arrivedNs: number | undefined;
  /** Its first sight. */
  readonly seenNs: number;
}

export interface FlowEnds {
  readonly flow: string;
  readonly from: string;
  readonly to: string;
  readonly asks: boolean;
}

/** In the order in which they were first seen. */
export function listMessages(
  records: readonly TraceRecord[],
  observations: Observations,
): Message[] {
  const messages: Message[] = [];
  for (const traffic of observations.traffic.values()) {
    if (traffic.packets.sentCount > 0) listOf(traffic, endsOf(traffic, records), messages);
  }
  return messages.sort((a, b) => a.seenNs - b.seenNs);
}

function listOf({ packets }: ObservedTraffic, about: FlowEnds, into: Message[]): void {
  const arrivals: number[] = [];
  for (const [at, n] of packets.arrivedNumbers.entries()) arrivals[n] = packets.arrivedNs[at]!;
  for (const [n, sentNs] of packets.sentNs.entries()) {
    if (Number.isNaN(sentNs)) continue;
    const arrivedNs = arrivals[n];
    if (!about.asks || arrivedNs === undefined) {
      into.push({ about, n, isAnswer: false, sentNs, arrivedNs, seenNs: sentNs });
      continue;
    }
    // Of a request only the answer's arrival tells that it came there: when, nobody saw.
    const turnedNs = (sentNs + arrivedNs) / 2;
    into.push({ about, n, isAnswer: false, sentNs, arrivedNs: turnedNs, seenNs: sentNs });
    into.push({ about, n, isAnswer: true, sentNs: undefined, arrivedNs, seenNs: arrivedNs });
  }
}

export function endsOf(traffic: ObservedTraffic, records: readonly TraceRecord[]): FlowEnds {
  const { name: flow, source, receiver, asks, watched } = traffic;
  const far = asks ? otherEnd(records, flow, source) : receiver;
  return { flow, from: watched?.from ?? source, to: watched?.to ?? far, asks };
}

/** The responder says that it is ready; if not, nobody knows who it is. */
function otherEnd(records: readonly TraceRecord[], flow: string, source: string): string {
  const ready = records.find(
    ({ kind, node, id }) =>
      kind === 'program.ready' && node !== source && String(id).startsWith(`${flow}/`),
  );
  return ready?.node ?? 'the other end';
}
