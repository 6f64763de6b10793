/** What a node's namespace is told through /proc/sys: the ways of a machine of its own, not of this one. */
import type { PlannedNode } from './plan.ts';

export interface RigSysctl {
  /** Below /proc/sys. */
  readonly path: string;
  readonly value: string;
}

/**
 * Linux answers for any of its addresses on any link, and speaks IPv6 of its own accord; a node here says
 * what its plan says. Forwarding comes first, because it sets others back.
 */
export function nodeSysctls(node: PlannedNode): RigSysctl[] {
  const forwards = node.forwards ? 1 : 0;
  return [
    sysctl('net/ipv4/ip_forward', forwards),
    ...ofEach('ipv6', { forwarding: forwards }),
    ...ofEach('ipv4', addressesStayOnTheirLinks),
    ...ofEach('ipv6', nothingUnasked),
    sysctl('net/ipv4/ping_group_range', '0 2147483647'),
    sysctl('net/ipv4/ip_unprivileged_port_start', 0),
  ];
}

/** Two links may lie in one network: each is asked for, and speaks with, its own address. */
const addressesStayOnTheirLinks = {
  rp_filter: 0,
  arp_ignore: 1,
  arp_announce: 2,
  send_redirects: 0,
  accept_redirects: 0,
} as const;

/**
 * Addresses are the plan's, at once and for good: none is learned, tried for duplicates, or lost while
 * the link is down. Beside them stands the link-local one of the device's own address (`addr_gen_mode`
 * 0): without it a router asks for no neighbours.
 */
const nothingUnasked = {
  accept_ra: 0,
  autoconf: 0,
  dad_transmits: 0,
  accept_dad: 0,
  addr_gen_mode: 0,
  keep_addr_on_down: 1,
  accept_redirects: 0,
} as const;

/** The kernel keeps silent on an interface that another stack owns, whatever comes in there. */
export function ownDeviceSysctls(device: string): RigSysctl[] {
  return [
    sysctl(`net/ipv4/conf/${device}/arp_ignore`, 8),
    sysctl(`net/ipv4/conf/${device}/forwarding`, 0),
    sysctl(`net/ipv6/conf/${device}/disable_ipv6`, 1),
  ];
}

function ofEach(family: 'ipv4' | 'ipv6', values: Readonly<Record<string, number>>): RigSysctl[] {
  return Object.entries(values).flatMap(([name, value]) =>
    ['all', 'default'].map((which) => sysctl(`net/${family}/conf/${which}/${name}`, value)),
  );
}

function sysctl(path: string, value: number | string): RigSysctl {
  return { path, value: String(value) };
}
