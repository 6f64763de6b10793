/** The numbers of IPv4's Protocol and IPv6's Next Header fields (IANA protocol numbers). */
export const ipProtocol = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  fragment: 44,
  icmpv6: 58,
  none: 59,
} as const;

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(ipProtocol).map(([name, number]) => [number, name]),
);

export function describeProtocol(protocol: number): string {
  return names.get(protocol) ?? `protocol ${protocol}`;
}
