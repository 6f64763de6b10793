/** Two providers that meet, and a relay behind an exchange that both reach: only one of the ways can be cut. */

export interface MeetingHomes {
  readonly left?: string;
  readonly right?: string;
  readonly peeringMs?: number;
  /** From bob's provider to the exchange; alice's is 15 ms from it. */
  readonly rightUpMs?: number;
}

/** In milliseconds; one way to the relay is 25 for both, and D = 2 (10 + peering), if nothing else is drawn. */
export function meetingHomes({ left, right, peeringMs, rightUpMs }: MeetingHomes = {}): string {
  return `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: ${left ?? 'home-router'} }
  isp-a: { kind: router }
  isp-b: { kind: router }
  exchange: { kind: router }
  right: { kind: nat, inside: [lan-b], nat: ${right ?? 'home-router'} }
  bob: { kind: terminal }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  wan-a: { between: [left, isp-a], delay: 4 ms }
  lan-b: { between: [bob, right], delay: 1 ms }
  wan-b: { between: [right, isp-b], delay: 4 ms }
  peering: { between: [isp-a, isp-b], delay: ${peeringMs ?? 10} ms }
  up-a: { between: [isp-a, exchange], delay: 15 ms }
  up-b: { between: [isp-b, exchange], delay: ${rightUpMs ?? 15} ms }
  core: { between: [exchange, relay], delay: 5 ms }`;
}
