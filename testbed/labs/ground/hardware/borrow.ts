/** Interfaces of this machine that become ports of a rig's nodes, until they are given back. */
import { changeLink, listLinks } from '../../../../src/linux/link.ts';
import { setOffloads } from '../../../../src/linux/link-offload.ts';
import { type NetworkNamespace, runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';
import type { RigNode } from '../../../plan/rig.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LentInterface } from '../../ledger/ledger-entry.ts';
import { readInterface } from './interface-state.ts';

export interface Borrowed {
  readonly node: string;
  readonly entry: LentInterface;
  readonly hardware: 'guest' | 'NIC';
}

/** It is in the ledger with all that it was before it is touched. */
export function borrowInterface(
  { node, hardware: name, namespace }: RigNode,
  into: NetworkNamespace,
  ledger: Ledger,
): Borrowed {
  const { state, hardware } = readInterface(name!);
  const entry: LentInterface = { kind: 'interface', name: name!, namespace, state };
  ledger.note(entry);
  using socket = new RouteSocket();
  const { index } = listLinks(socket).find((link) => link.name === name)!;
  socket.apply([changeLink(index, { up: false }), changeLink(index, { namespaceFd: into.fd })]);
  return { node, entry, hardware };
}

/** Once the bridge of its node stands. Frames are of wire size on both sides of it. */
export function plugIn({ entry }: Borrowed, namespace: NetworkNamespace, bridge: string): void {
  runInNamespace(namespace, () => {
    setOffloads(entry.name, false);
    using socket = new RouteSocket();
    const links = listLinks(socket);
    const indexOf = (wanted: string) => links.find(({ name }) => name === wanted)!.index;
    socket.apply([changeLink(indexOf(entry.name), { master: indexOf(bridge), up: true })]);
    socket.apply([changeLink(indexOf(bridge), { up: true })]);
  });
}
