/** What a switch for multicast is told: its ports, and how long it waits for what. */
import { nsPerSecond } from '../base/time.ts';

/** `port-based`: one account has the port, found by the MAC that authenticated there. `mac-based`: each MAC its own. */
export const accessModes = ['port-based', 'mac-based'] as const;
export type AccessMode = (typeof accessModes)[number];

export interface PortSettings {
  readonly name: string;
  readonly mode: AccessMode;
}

export interface MulticastSettings {
  readonly ports: readonly PortSettings[];
  /** RFC 3376 8.2: between two general queries on a port. */
  readonly queryIntervalNs: number;
  /** RFC 3376 8.3: so long subscribers may take to answer a query. */
  readonly queryResponseNs: number;
  /** RFC 3376 8.1: so many reports may be lost, less one. */
  readonly robustness: number;
  /** Between two reports of a membership to the accounting server; `never`: none. */
  readonly interimNs: number;
  /** So long a refusal stands before the same wish is asked for again. */
  readonly refusalNs: number;
  /** Groups on a port, asked for ones included. */
  readonly mostGroups: number;
  /** Requests of a port: so many at once, and so many a second for good. */
  readonly burstRequests: number;
  readonly requestsPerSecond: number;
}

export const defaultSettings: Omit<MulticastSettings, 'ports'> = {
  queryIntervalNs: 125 * nsPerSecond,
  queryResponseNs: 10 * nsPerSecond,
  robustness: 2,
  interimNs: 600 * nsPerSecond,
  refusalNs: 2 * nsPerSecond,
  mostGroups: 64,
  burstRequests: 200,
  requestsPerSecond: 200,
};

/** RFC 3376 8.4: a wish that nobody repeated for so long is none. */
export function membershipIntervalNs(settings: MulticastSettings): number {
  const { robustness, queryIntervalNs, queryResponseNs } = settings;
  return robustness * queryIntervalNs + queryResponseNs;
}
