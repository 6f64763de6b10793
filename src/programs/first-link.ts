/** What programs at the edge of a switched network speak by: the first link of their node. */
import { familyOf, formatIp, type Ip, isLinkLocal } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Host, InterfaceInfo } from '../host/host.ts';

export function firstLinkOf({
  node,
  interfaces,
}: Pick<Host, 'node' | 'interfaces'>): InterfaceInfo {
  const first = interfaces.list().find(isLink);
  if (first !== undefined) return first;
  throw new FaultError({
    code: 'no-link',
    message: `${node} has no link to speak by`,
    hint: 'give the node a link in the topology',
  });
}

/** A kernel's loopback, whose address is 0, leads nowhere. */
export function isLink({ mac }: InterfaceInfo): boolean {
  return mac !== 0;
}

/** Of the group's family, and one that is known beyond the link where there is one. */
export function sourceFor(group: Ip, { name, addresses }: InterfaceInfo): Ip {
  const fit = addresses
    .map(({ address }) => address)
    .filter((address) => familyOf(address) === familyOf(group));
  const source = fit.find((address) => !isLinkLocal(address)) ?? fit[0];
  if (source !== undefined) return source;
  throw new FaultError({
    code: 'no-source-address',
    message: `${name} has no address of IPv${familyOf(group)} to send to ${formatIp(group)} from`,
    hint: 'give the link such addresses, or name a group of the other family',
  });
}
