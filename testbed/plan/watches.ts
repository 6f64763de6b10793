/** Watched flows with the addresses by which their packets are told from others'. */
import type { Ip } from '../../src/base/address.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import type { Scenario, WatchModel } from '../schema/model.ts';
import type { Network } from './network-index.ts';
import type { PlannedNode, PlannedWatch, WatchEnd } from './plan.ts';

export function planWatches({ watches }: Scenario, { nodes }: Network): PlannedWatch[] {
  const addressesOf = (chosen: readonly PlannedNode[]) =>
    chosen.flatMap((node) => node.interfaces.flatMap((one) => one.addresses.map(addressOf)));
  const endOf = (name: string): WatchEnd => ({
    node: name,
    addresses: addressesOf(nodes.filter((node) => node.name === name)),
  });
  return watches.map(({ name, protocol, port, from, to }) => {
    const others = nodes.filter((node) => !node.forwards && node.name !== from && node.name !== to);
    const ends = { from: endOf(from), to: endOf(to) };
    return { name, protocol, port, ...ends, others: addressesOf(others) };
  });
}

function addressOf({ address }: Prefix): Ip {
  return address;
}

/** `download: tcp of port 80 from server to phone` */
export function watchText({ name, protocol, port, from, to }: WatchModel): string {
  const which = port === undefined ? protocol : `${protocol} of port ${port}`;
  return `${name}: ${which} from ${from} to ${to}`;
}

export function plannedWatchText({ from, to, ...watch }: PlannedWatch): string {
  return watchText({ ...watch, from: from.node, to: to.node });
}
