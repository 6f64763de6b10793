/** A node's addresses and routes as lines of text. */
import { familyOf, formatIp } from '../../src/base/address.ts';
import { formatMac } from '../../src/base/mac.ts';
import { formatPrefix } from '../../src/base/prefix.ts';
import type { PlannedInterface, PlannedNode, PlannedRoute } from './plan.ts';

/** `wifi 192.168.0.1/29 2001:db8:0:1::1/64` */
export function interfaceText(one: PlannedInterface): string {
  return [one.name, ...one.addresses.map(formatPrefix)].join(' ');
}

/** `wifi mac 02:6d:f9:1a:1f:b2 mtu 1500 192.168.0.1/29 2001:db8:0:1::1/64` */
export function deviceText(one: PlannedInterface): string {
  const head = `${one.name} mac ${formatMac(one.mac)} mtu ${one.mtuBytes}`;
  const stack = one.stack === 'own' ? ' stack own' : '';
  return [head + stack, ...one.addresses.map(formatPrefix)].join(' ');
}

/** `default by wifi via 192.168.0.2 metric 1`; the metric only where several routes go there. */
export function routeTexts(node: PlannedNode): string[] {
  const counts = new Map<string, number>();
  for (const route of node.routes) {
    const to = formatPrefix(route.prefix);
    counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  return node.routes.map((route) => {
    const metric = counts.get(formatPrefix(route.prefix))! > 1 ? ` metric ${route.metric}` : '';
    return routeText(route) + metric;
  });
}

function routeText({ prefix, interface: by, gateway }: PlannedRoute): string {
  const ipv6 = familyOf(prefix.address) === 6;
  const to = prefix.length > 0 ? formatPrefix(prefix) : ipv6 ? 'default (IPv6)' : 'default';
  return gateway === undefined ? `${to} by ${by}` : `${to} by ${by} via ${formatIp(gateway)}`;
}
