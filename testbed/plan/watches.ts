/** Watched flows with the addresses by which their packets are told from others'. */
import type { Scenario, WatchModel } from '../schema/model.ts';
import type { Network } from './network-index.ts';
import type { PlannedWatch, WatchEnd } from './plan.ts';

export function planWatches({ watches }: Scenario, { nodes }: Network): PlannedWatch[] {
  const endOf = (name: string): WatchEnd => {
    const found = nodes.find((node) => node.name === name);
    const prefixes = found?.interfaces.flatMap((one) => one.addresses) ?? [];
    return { node: name, addresses: prefixes.map(({ address }) => address) };
  };
  return watches.map(({ name, protocol, port, from, to }) => ({
    ...{ name, protocol, port },
    from: endOf(from),
    to: endOf(to),
  }));
}

/** `download: tcp of port 80 from server to phone` */
export function watchText({ name, protocol, port, from, to }: WatchModel): string {
  const which = port === undefined ? protocol : `${protocol} of port ${port}`;
  return `${name}: ${which} from ${from} to ${to}`;
}
