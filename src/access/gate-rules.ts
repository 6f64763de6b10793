/**
 * What the packet filter of an access switch drops on the ports of subscribers, before the bridge sees it:
 *
 * - reports and leaves, so that nobody joins but by the controller, which reads them on its tap;
 * - queries and what routers say, or a subscriber would be taken for a router and get every group;
 * - frames with a VLAN tag, under which the bridge would find the same messages and the filter would not.
 */

export const gateTable = 'ropewalk_access';

/** Between braces, as nft reads it. A table that stands is replaced in the same transaction. */
export function gateRules(ports: readonly string[]): string {
  const names = ports.map((port) => `"${port}"`).join(', ');
  return `table bridge ${gateTable}
delete table bridge ${gateTable}
table bridge ${gateTable} {
  chain reports {
    type filter hook prerouting priority -300; policy accept;
    iifname { ${names} } jump subscriber
  }
  chain subscriber {
    ether type { 8021q, 8021ad } counter drop
    meta protocol { 8021q, 8021ad } counter drop
    ip protocol igmp counter drop
    ip protocol pim counter drop
    ip6 nexthdr { 0, 43, 44, 60 } icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } counter drop
    icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report, nd-router-advert } counter drop
    meta l4proto pim counter drop
  }
}
`;
}
