/** What a NAT box keeps of a flow: its mapping, who may answer, and until when. */
import type { Ipv4 } from '../../src/base/address.ts';
import type { TimedFlow } from './nat-timers.ts';

export interface Permission {
  expiresNs: number;
}

export interface Mapping {
  readonly protocol: number;
  readonly internal: Ipv4;
  readonly internalPort: number;
  readonly external: Ipv4;
  readonly externalPort: number;
  /** What of the remote endpoint it is for, as the mapping behaviour keeps it. */
  readonly remoteKey: number;
  /** By what the filtering behaviour keeps of a remote endpoint. */
  readonly permissions: Map<number, Permission>;
  /** RFC 6887: the inside asked for it, and anybody may come in until then; 0: it did not. */
  leaseUntilNs: number;
  /** Who knows it may change the lease. */
  leaseNonce: string;
  /** When the last of its permissions and its lease have ended. */
  expiresNs: number;
}

export interface Session extends TimedFlow {
  readonly mapping: Mapping;
  readonly remote: number;
  readonly permission: Permission;
}
