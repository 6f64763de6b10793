/**
 * A NAT box as nft rules. Stock Linux maps as a home router does; all other kinds remember in sets what
 * they gave to whom (`external`, `owner`) and whom the inside spoke to (`allowed`), each entry with the
 * timer of the box, so that mapping and filtering are the box's and not conntrack's.
 */
import { formatIp, type Ip, isIpv4 } from '../../src/base/address.ts';
import { nsPerSecond } from '../../src/base/time.ts';
import type { NatSettings } from '../schema/nat-settings.ts';
import { chainText, quoteNames, type Sides, tableText } from './nft-text.ts';
import type { PlannedNode } from './plan.ts';
import { filteringChains, filteringSets } from './rig-nat-filtering.ts';
import { mappingChains, mappingSets } from './rig-nat-mapping.ts';
import type { RigSysctl } from './rig-sysctls.ts';

/** What nft can't do of it, in words that follow "asks for". */
export function natLacks(
  { timers, portBlock, portMapping }: NatSettings,
  outerAddresses: number,
): string[] {
  return [
    ...(outerAddresses === 1 ? [] : [`${outerAddresses} outer addresses`]),
    ...(portBlock === undefined ? [] : ['a block of ports for each inner address']),
    ...(portMapping === undefined ? [] : ['ports that are asked for']),
    ...(timers.icmpNs < nsPerSecond ? ['a timer of less than a second'] : []),
  ];
}

export function outerAddressesOf({ interfaces, nat }: PlannedNode): Ip[] {
  const outside = interfaces.filter(({ name }) => nat?.outside.includes(name));
  return outside.flatMap((one) => one.addresses.map(({ address }) => address)).filter(isIpv4);
}

/** `names`: what the kernel calls the interfaces. */
export function natRules(node: PlannedNode, names: ReadonlyMap<string, string>): string {
  const { settings, inside, outside } = node.nat!;
  const sides: Sides = {
    inside: quoteNames(inside.map((name) => names.get(name)!)),
    outside: quoteNames(outside.map((name) => names.get(name)!)),
    address: formatIp(outerAddressesOf(node)[0]!),
  };
  const ipv4 = [
    ...(isStock(settings) ? [] : [...mappingSets(settings), ...filteringSets(settings)]),
    ...mappingChains(settings, sides, isStock(settings)),
    ...filteringChains(settings, sides, isStock(settings)),
  ];
  return [tableText('ip', ipv4), ...firewallV6(settings, sides)].join('');
}

/** What Linux does without being told, and quicker. */
function isStock(settings: NatSettings): boolean {
  const { mapping, filtering, ports, overload, hairpin, refreshInbound, timers } = settings;
  return (
    mapping === 'endpoint-independent' &&
    filtering === 'address-and-port-dependent' &&
    ports === 'preserve' &&
    overload &&
    !hairpin &&
    refreshInbound &&
    timers.udpNs % nsPerSecond === 0
  );
}

/** IPv6 is not translated (RFC 6092): what the inside began may come back. */
function firewallV6({ ipv6 }: NatSettings, { outside }: Sides): string[] {
  if (ipv6 === 'open') return [];
  const rules = [
    `iifname ${outside} ct state established,related accept`,
    `iifname ${outside} drop`,
  ];
  return [tableText('ip6', [chainText('passing', 'filter hook forward priority filter', rules)])];
}

/** Conntrack keeps a flow as long as the box does; it counts whole seconds. */
export function natSysctls({ timers }: NatSettings): RigSysctl[] {
  const { udpNs, icmpNs, tcpTransitoryNs, tcpEstablishedNs } = timers;
  const transitory = ['syn_sent', 'syn_recv', 'fin_wait', 'close_wait', 'last_ack', 'time_wait'];
  return [
    timeout('udp_timeout', udpNs),
    timeout('udp_timeout_stream', udpNs),
    timeout('icmp_timeout', icmpNs),
    timeout('icmpv6_timeout', icmpNs),
    timeout('tcp_timeout_established', tcpEstablishedNs),
    ...transitory.map((state) => timeout(`tcp_timeout_${state}`, tcpTransitoryNs)),
  ];
}

function timeout(name: string, ns: number): RigSysctl {
  const seconds = Math.max(1, Math.ceil(ns / nsPerSecond));
  return { path: `net/netfilter/nf_conntrack_${name}`, value: String(seconds) };
}
