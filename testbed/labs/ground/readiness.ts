/** Ready means that frames can leave: every device has its carrier, and the kernel has noticed. */
import { FaultError } from '../../../src/base/errors.ts';
import { waitReadable } from '../../../src/linux/descriptor.ts';
import { listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket, routeGroup } from '../../../src/linux/route-socket.ts';
import type { RigNode } from '../../plan/rig.ts';
import type { StandingRig } from './standing-rig.ts';

const patienceMs = 5_000;

export function awaitLinks(standing: StandingRig): void {
  for (const node of standing.rig.nodes) {
    using namespace = NetworkNamespace.open(standing.namespacePathOf(node.node));
    runInNamespace(namespace, () => awaitDevices(node, (link) => standing.cables.isUp(link)));
  }
}

/** It hears of changes before it looks, so that none falls in between. */
function awaitDevices(node: RigNode, isUp: (link: string) => boolean): void {
  const awaited = node.devices.filter((one) => isUp(one.interface));
  using events = new RouteSocket(routeGroup.links);
  using questions = new RouteSocket();
  for (;;) {
    const running = listLinks(questions).filter(({ isRunning }) => isRunning);
    const names = new Set(running.map(({ name }) => name));
    const waiting = awaited.find(({ device }) => !names.has(device));
    if (waiting === undefined) return;
    if (!waitReadable(events.fd, patienceMs)) throw notReady(node, waiting.interface);
    events.drain();
  }
}

function notReady({ node }: RigNode, name: string): FaultError {
  return new FaultError({
    code: 'link-not-ready',
    message: `link ${name} of ${node} had no carrier within ${patienceMs / 1_000} s`,
    hint: 'see what the kernel says of it: dmesg | tail',
  });
}
