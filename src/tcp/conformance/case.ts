/** A conformance case: a situation of an RFC, played, and the answer that the RFC gives. */
import type { Family } from '../../base/address.ts';

export interface ConformanceCase {
  /** `syn-sent/unacceptable-ack`; unique. */
  readonly id: string;
  /** Where the answer stands: `RFC 9293 3.10.7.3`. */
  readonly clause: string;
  /** The situation and its answer, in a sentence. */
  readonly says: string;
  /** `$defaultMss` and `$linkMss` stand for what the IP version makes of them: 536 or 1220, 1460 or 1440. */
  readonly script: string;
  readonly settings?: SubjectSettings;
  /** Takes minutes or days: played in virtual time only. */
  readonly isLong?: true;
  /** The answer stands for one family only: ICMP is played over IPv4. */
  readonly family?: Family;
}

/** What a user of either TCP may ask of a connection. */
export interface SubjectSettings {
  readonly noDelay?: boolean;
  readonly keepAlive?: {
    readonly idleNs: number;
    readonly intervalNs: number;
    readonly probes: number;
  };
  readonly userTimeoutNs?: number;
  readonly receiveBufferBytes?: number;
  readonly sendBufferBytes?: number;
  /** Ask for ECN when opening (RFC 3168 6.1.1). */
  readonly requestsEcn?: boolean;
}

/** Cases of one topic, `topic/` put before each name. */
export function casesOf(
  topic: string,
  cases: Readonly<Record<string, Omit<ConformanceCase, 'id'>>>,
): ConformanceCase[] {
  return Object.entries(cases).map(([name, rest]) => ({ id: `${topic}/${name}`, ...rest }));
}
