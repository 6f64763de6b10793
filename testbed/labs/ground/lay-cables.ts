/** Veth pairs, each made in the namespace of one end with its other end in the other. */
import type { NewLink } from '../../../src/linux/link.ts';
import { createVethPair } from '../../../src/linux/link.ts';
import type { NetworkNamespace } from '../../../src/linux/network-namespace.ts';
import { runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import type { Rig, RigCableEnd } from '../../plan/rig.ts';
import type { RigDevice } from '../../plan/rig-devices.ts';

type Namespaces = ReadonlyMap<string, NetworkNamespace>;

export function layCables({ nodes, cables }: Rig, namespaces: Namespaces): void {
  const devices = new Map(
    nodes.flatMap(({ node, devices: all }) =>
      all.map((one) => [`${node} ${one.device}`, one] as const),
    ),
  );
  const deviceAt = ({ node, device }: RigCableEnd) => devices.get(`${node} ${device}`)!;
  for (const [node, own] of Map.groupBy(cables, ({ ends }) => ends[0].node)) {
    const requests = own.map(({ ends: [near, far] }) =>
      createVethPair(newLink(deviceAt(near)), {
        ...newLink(deviceAt(far)),
        namespaceFd: namespaces.get(far.node)!.fd,
      }),
    );
    using socket = runInNamespace(namespaces.get(node)!, () => new RouteSocket());
    socket.apply(requests);
  }
}

function newLink({ device: name, mac, mtuBytes }: RigDevice): NewLink {
  return { name, mac, mtuBytes };
}
