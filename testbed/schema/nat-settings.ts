/** What a NAT box does (RFC 4787's words), resolved: presets expand to this. */
export const natBehaviours = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
] as const;
export type NatBehaviour = (typeof natBehaviours)[number];

export const portMappingProtocols = ['pcp', 'nat-pmp'] as const;
export type PortMappingProtocol = (typeof portMappingProtocols)[number];

export interface NatSettings {
  readonly mapping: NatBehaviour;
  readonly filtering: NatBehaviour;
  /** How the external port is chosen: the internal one if free, the next one, any one. */
  readonly ports: 'preserve' | 'sequential' | 'random';
  /** RFC 4787 4.2.1: whether two internal endpoints may share an external port to different destinations. */
  readonly overload: boolean;
  readonly hairpin: boolean;
  /**
   * A Linux box that accepts strangers on its outer side: a stray packet that comes before the first
   * outbound one takes the port, and the mapping gets another.
   */
  readonly openInput: boolean;
  readonly portRange: { readonly first: number; readonly last: number };
  readonly timers: NatTimers;
  /** Whether an inbound packet restarts the timer; an outbound one always does (RFC 4787 4.3). */
  readonly refreshInbound: boolean;
  /** RFC 6888 REQ-4: each inner address has so many ports in a row to itself; left out: all share all. */
  readonly portBlock?: number;
  /** RFC 6887, RFC 6886: inner hosts may ask for ports of their own; one that speaks PCP speaks NAT-PMP too. */
  readonly portMapping?: PortMappingProtocol;
  /** IPv6 is never translated: forwarded as it is, or only where the inside spoke first. */
  readonly ipv6: 'open' | 'firewalled';
}

export interface NatTimers {
  readonly udpNs: number;
  readonly tcpTransitoryNs: number;
  readonly tcpEstablishedNs: number;
  readonly icmpNs: number;
}
