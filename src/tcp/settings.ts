/** What a user may choose about a connection. */
import { never, nsPerSecond } from '../base/time.ts';
import type { CongestionKind } from './congestion/controller.ts';

export interface ConnectionSettings {
  readonly congestion: CongestionKind;
  /** What `write` takes before it says no more fits. */
  readonly sendBufferBytes: number;
  /** The window that is offered; memory is taken only as data waits. */
  readonly receiveBufferBytes: number;
  /** Nagle's algorithm off (RFC 9293 3.7.4). */
  readonly isNoDelay: boolean;
  /** RFC 9293 3.8.6.3: less than half a second. 0: every segment is acknowledged at once. */
  readonly delayedAckNs: number;
  /** RFC 9293 3.8.4: idle that long, then probed. `never`: off, the default that the RFC asks for. */
  readonly keepAliveNs: number;
  readonly keepAliveIntervalNs: number;
  /** So many probes unanswered close the connection. */
  readonly keepAliveProbes: number;
  /** RFC 9293 3.9.1, RFC 5482: unacknowledged that long, the connection is given up. */
  readonly userTimeoutNs: number;
  /** RFC 9293 3.8.3, R2 for a SYN: at least 3 minutes. */
  readonly openTimeoutNs: number;
  /** RFC 9293 3.6.1: twice the maximum segment lifetime. */
  readonly timeWaitNs: number;
  /** A closed user's FIN-WAIT-2 may wait for ever by RFC 9293 3.6; this bounds it. */
  readonly finWait2Ns: number;
  /** RFC 7323. */
  readonly usesTimestamps: boolean;
  readonly usesWindowScale: boolean;
  /** RFC 2018. */
  readonly usesSack: boolean;
  /** RFC 3168: offered, taken where the other side offers it, or neither. */
  readonly ecn: 'request' | 'accept' | 'off';
  /** RFC 8899: larger segments are tried, and given up where they vanish. */
  readonly probesPathMtu: boolean;
}

export const defaultSettings: ConnectionSettings = {
  congestion: 'cubic',
  sendBufferBytes: 8 * 1_048_576,
  receiveBufferBytes: 8 * 1_048_576,
  isNoDelay: false,
  delayedAckNs: 0.04 * nsPerSecond,
  keepAliveNs: never,
  keepAliveIntervalNs: 75 * nsPerSecond,
  keepAliveProbes: 9,
  userTimeoutNs: 900 * nsPerSecond,
  openTimeoutNs: 180 * nsPerSecond,
  timeWaitNs: 60 * nsPerSecond,
  finWait2Ns: 60 * nsPerSecond,
  usesTimestamps: true,
  usesWindowScale: true,
  usesSack: true,
  ecn: 'accept',
  probesPathMtu: true,
};
