/** What a user may choose about an MPTCP connection. */
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { ConnectionSettings } from '../tcp/settings.ts';
import type { SchedulerKind } from './scheduler/scheduler.ts';

export interface MptcpSettings {
  /** Of each subflow. */
  readonly tcp: Partial<ConnectionSettings>;
  readonly sendBufferBytes: number;
  readonly receiveBufferBytes: number;
  readonly scheduler: SchedulerKind;
  /** LIA (RFC 6356): together the subflows take of a shared bottleneck what one flow would. */
  readonly isCoupled: boolean;
  /** DSS checksums are asked for (RFC 8684 3.1, A). */
  readonly usesChecksum: boolean;
  /** Each write is a mapping of its own, and is handed over when it is whole, out of order if need be. */
  readonly keepsMessages: boolean;
  /** Interfaces that it may use; undefined: all. */
  readonly interfaces: readonly string[] | undefined;
  /** Those of them that carry data only when no other does (RFC 8684 3.3.8). */
  readonly backups: readonly string[];
  readonly mostSubflows: number;
  /** Without a subflow it lives that long. */
  readonly resumeNs: number;
  /** Off, a link that went silent is noticed by TCP's own timers only. */
  readonly watchesPaths: boolean;
  /** Each mapping is told as a subflow gets it. */
  readonly tellsMappings: boolean;
}

export const defaultMptcpSettings: MptcpSettings = {
  tcp: {},
  sendBufferBytes: 16 * 1_048_576,
  receiveBufferBytes: 16 * 1_048_576,
  scheduler: 'earliest-delivery',
  isCoupled: false,
  usesChecksum: false,
  keepsMessages: false,
  interfaces: undefined,
  backups: [],
  mostSubflows: 8,
  resumeNs: 60 * nsPerSecond,
  watchesPaths: true,
  tellsMappings: false,
};

/** A subflow's ACK waits no longer: on the silence of a path a failover is built. */
export const subflowDelayedAckNs = 20 * nsPerMs;
