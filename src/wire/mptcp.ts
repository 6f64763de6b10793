/**
 * MPTCP's options, TCP option kind 30 (RFC 8684 3). Bytes are those of one whole option.
 *
 *   +--------+--------+---------+------ - - -
 *   | kind 30| length |subtype 4| by subtype
 *   |        |        | bits    |
 *   +--------+--------+---------+------ - - -
 *
 * A number of the 64-bit data sequence space is sent whole or as its low half (RFC 8684 3.3.1).
 */
import type { Ip } from '../base/address.ts';
import { hexOf } from '../base/bytes.ts';

export const mptcpOffset = { kind: 0, length: 1, subtype: 2, flags: 3 } as const;

export const mptcpSubtype = {
  capable: 0,
  join: 1,
  dss: 2,
  addAddress: 3,
  removeAddress: 4,
  priority: 5,
  fail: 6,
  fastClose: 7,
  reset: 8,
} as const;

export const mptcpVersion = 1;

/** How much of an HMAC the answers to MP_JOIN carry, its leftmost bytes (RFC 8684 3.2). */
export const joinHmacBytes = { synAck: 8, ack: 20 } as const;

/** RFC 8684 3.1: A, B, C and H. */
export const capableFlag = {
  checksumRequired: 0x80,
  extensibility: 0x40,
  noJoinToThisAddress: 0x20,
  hmacSha256: 0x01,
} as const;

/** RFC 8684 3.6. */
export const resetReason = {
  unspecified: 0,
  mptcpError: 1,
  lackOfResources: 2,
  prohibited: 3,
  tooMuchOutstanding: 4,
  unacceptablePerformance: 5,
  middlebox: 6,
} as const;

/** `high` is undefined where only the low half was sent. */
export interface DataNumber {
  readonly high: number | undefined;
  readonly low: number;
}

/** RFC 8684 3.3.1: so many bytes from a subflow's number on are those from a data sequence number on. */
export interface DataMapping {
  readonly dataSequence: DataNumber;
  /** Relative to the subflow's initial sequence number. */
  readonly subflowSequence: number;
  readonly length: number;
  readonly checksum: number | undefined;
}

export type MptcpOption =
  | {
      readonly kind: 'capable';
      readonly version: number;
      /** A sum of `capableFlag` bits. */
      readonly flags: number;
      readonly senderKey: Uint8Array | undefined;
      readonly receiverKey: Uint8Array | undefined;
      readonly dataLength: number | undefined;
      readonly checksum: number | undefined;
    }
  | {
      readonly kind: 'join-syn';
      readonly isBackup: boolean;
      readonly addressId: number;
      readonly token: number;
      readonly nonce: number;
    }
  | {
      readonly kind: 'join-syn-ack';
      readonly isBackup: boolean;
      readonly addressId: number;
      /** The leftmost 64 bits. */
      readonly hmac: Uint8Array;
      readonly nonce: number;
    }
  /** The leftmost 160 bits. */
  | { readonly kind: 'join-ack'; readonly hmac: Uint8Array }
  | {
      readonly kind: 'dss';
      readonly isDataFin: boolean;
      readonly acknowledgment: DataNumber | undefined;
      readonly mapping: DataMapping | undefined;
    }
  | {
      readonly kind: 'add-address';
      readonly addressId: number;
      readonly address: Ip;
      readonly port: number | undefined;
      /** The rightmost 64 bits; undefined: it is the echo. */
      readonly hmac: Uint8Array | undefined;
    }
  | { readonly kind: 'remove-address'; readonly addressIds: readonly number[] }
  | { readonly kind: 'priority'; readonly isBackup: boolean }
  | { readonly kind: 'fail'; readonly dataSequence: DataNumber }
  | { readonly kind: 'fast-close'; readonly receiverKey: Uint8Array }
  | { readonly kind: 'reset'; readonly isTransient: boolean; readonly reason: number };

export type MptcpOptionOf<Kind extends MptcpOption['kind']> = Extract<
  MptcpOption,
  { readonly kind: Kind }
>;

/** DSS flags (RFC 8684 3.3, figure 9). */
export const dssFlag = {
  hasAck: 0x01,
  isAck8: 0x02,
  hasMapping: 0x04,
  isSequence8: 0x08,
  dataFin: 0x10,
} as const;

export function numberBytes(isWide: boolean): number {
  return isWide ? 8 : 4;
}

export function describeMptcp(option: MptcpOption): string {
  switch (option.kind) {
    case 'dss': {
      const { isDataFin, acknowledgment, mapping } = option;
      const words = ['dss'];
      if (acknowledgment !== undefined) words.push(`ack ${describeNumber(acknowledgment)}`);
      if (mapping !== undefined) words.push(describeMapping(mapping));
      return isDataFin ? `${words.join(' ')} fin` : words.join(' ');
    }
    case 'capable':
      return `mp-capable v${option.version} flags ${option.flags}`;
    case 'join-syn':
      return `mp-join id ${option.addressId} token ${option.token}`;
    case 'fast-close':
      return `mp-fastclose ${hexOf(option.receiverKey)}`;
    case 'add-address':
      return `add-addr id ${option.addressId}${option.hmac === undefined ? ' echo' : ''}`;
    case 'remove-address':
      return `remove-addr ${option.addressIds.join(' ')}`;
    case 'reset':
      return `mp-tcprst reason ${option.reason}`;
    case 'fail':
      return `mp-fail ${describeNumber(option.dataSequence)}`;
    case 'priority':
      return `mp-prio ${option.isBackup ? 'backup' : 'regular'}`;
    case 'join-syn-ack':
      return `mp-join id ${option.addressId}`;
    case 'join-ack':
      return 'mp-join hmac';
  }
}

function describeMapping({ dataSequence, subflowSequence, length }: DataMapping): string {
  return `map ${describeNumber(dataSequence)} at ${subflowSequence} of ${length}`;
}

function describeNumber({ high, low }: DataNumber): string {
  return high === undefined ? String(low) : `${high}:${low}`;
}
