/** The interface that a subscriber is: its node's link, or, under another MAC, one beside it on the same cable. */
import { formatMac, type Mac } from '../../base/mac.ts';
import type { InterfaceInfo } from '../../host/host.ts';
import { listLinks } from '../../linux/link.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { isLink } from '../../programs/first-link.ts';
import type { RealHost } from '../../runtime/real-host.ts';
import { runTool } from '../tool.ts';

export interface Station {
  readonly name: string;
  readonly index: number;
  readonly mac: Mac;
  close(): void;
}

/** Until the first link of the node is there and up. */
export function awaitLink({ interfaces }: RealHost): Promise<InterfaceInfo> {
  const { promise, resolve } = Promise.withResolvers<InterfaceInfo>();
  const look = () => {
    const first = interfaces.list().find(isLink);
    if (first?.up !== true) return;
    watch.close();
    resolve(first);
  };
  const watch = interfaces.onChange(look);
  look();
  return promise;
}

export function openStation(link: InterfaceInfo, mac: Mac | undefined): Station {
  if (mac === undefined) return { ...link, close: () => {} };
  // Its name says whose it is, and fits into the 15 characters that there are.
  const name = `h${formatMac(mac).replaceAll(':', '')}`;
  const kind = `type macvlan mode bridge`;
  const lines = [
    `link add link ${link.name} name ${name} address ${formatMac(mac)} ${kind}`,
    `link set dev ${name} up`,
  ];
  runTool(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
  using socket = new RouteSocket();
  const { index } = listLinks(socket).find((one) => one.name === name)!;
  return { name, index, mac, close: () => void runTool(['ip', 'link', 'del', name]) };
}
