/** Everything that can happen to a TCP machine (RFC 9293 3.10), as values. */
import type { Endpoint, Family, Ip } from '../base/address.ts';
import type { Connection } from './connection.ts';
import type { ConnectionSettings } from './settings.ts';

export interface OpenOptions {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly settings?: Partial<ConnectionSettings>;
  /** By which a layer above will know it (multipath.ts). */
  readonly multipath?: number;
}

export interface ListenOptions {
  /** Left out: any address of the node. */
  readonly address?: Ip;
  /** Left out: both. */
  readonly family?: Family;
  /** `anyPort`: all that nobody else listens at. */
  readonly port: number;
  /** What accepted connections get. */
  readonly settings?: Partial<ConnectionSettings>;
  /** So many may be half open with state of their own; SYNs beyond are answered with cookies (RFC 4987 3.6). */
  readonly backlog?: number;
}

export type TcpEvent =
  | { readonly kind: 'open active'; readonly options: OpenOptions }
  | { readonly kind: 'open passive'; readonly options: ListenOptions }
  /** An IP packet with a segment for this node, or with an ICMP error about one of its own. */
  | { readonly kind: 'packet arrived'; readonly packet: Uint8Array }
  | { readonly kind: 'write'; readonly connection: Connection; readonly bytes: Uint8Array }
  /** The user took so many of the bytes that `readableBytes` shows. */
  | { readonly kind: 'read'; readonly connection: Connection; readonly bytes: number }
  /** No more will be written; reading goes on (RFC 9293 3.6). */
  | { readonly kind: 'close'; readonly connection: Connection }
  | { readonly kind: 'abort'; readonly connection: Connection }
  /** The user is gone: what still arrives has no reader (RFC 1122 4.2.2.13 then asks for a reset). */
  | { readonly kind: 'release'; readonly connection: Connection }
  | { readonly kind: 'timer' };
