/** General queries as a switch sends them to the subscribers of a port (RFC 3376 4.1, RFC 3810 5.1). */
import { anyIpv4, anyIpv6, parseIpv4, parseIpv6 } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { encodeTime8, encodeTime16 } from '../wire/group-record.ts';
import { wrapIgmp, wrapMld } from './group-message-frame.ts';
import { linkLocalOf } from './link-local.ts';

export interface QueryTimes {
  readonly responseNs: number;
  readonly queryIntervalNs: number;
  readonly robustness: number;
}

const allHosts = parseIpv4('224.0.0.1')!;
const allNodes = parseIpv6('ff02::1')!;

/** From 0.0.0.0, as a switch without an address asks (RFC 4541 2.1.1). */
export function buildIgmpQuery(from: Mac, times: QueryTimes): Uint8Array {
  return wrapIgmp(from, anyIpv4, allHosts, {
    kind: 'query-v3',
    maxResponseCode: encodeTime8(Math.round(times.responseNs / nsPerSecond / 0.1)),
    group: anyIpv4,
    suppress: false,
    robustness: times.robustness & 7,
    queryIntervalCode: encodeTime8(Math.round(times.queryIntervalNs / nsPerSecond)),
    sources: [],
  });
}

/** From the link-local address that the MAC makes: hosts heed no other (RFC 3810 5.1.14). */
export function buildMldQuery(from: Mac, times: QueryTimes): Uint8Array {
  return wrapMld(from, linkLocalOf(from), allNodes, {
    kind: 'query-v2',
    maxResponseCode: encodeTime16(Math.round(times.responseNs / nsPerMs)),
    group: anyIpv6,
    suppress: false,
    robustness: times.robustness & 7,
    queryIntervalCode: encodeTime8(Math.round(times.queryIntervalNs / nsPerSecond)),
    sources: [],
  });
}
