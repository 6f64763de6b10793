/** What a send came to, as far as this node knows (the same words as in the host contract). */
import type { Endpoint, Ip } from '../base/address.ts';

export type SendOutcome =
  | 'sent'
  | 'no-route'
  | 'interface-down'
  | 'message-too-long'
  | 'source-not-ours'
  | 'closed';

export interface DatagramSendOptions {
  readonly ttl?: number;
  /** An address of this machine other than the one that is bound or would be chosen. */
  readonly source?: Ip;
  /** IPv4: set DF. */
  readonly dontFragment?: boolean;
}

export type BindOutcome =
  | { readonly kind: 'bound'; readonly local: Endpoint }
  | { readonly kind: 'address-in-use' }
  | { readonly kind: 'not-our-address' }
  | { readonly kind: 'no-free-port' };
