/** A cable between two namespaces, straight or through a bridge in a third one that lets 100 Mbit/s pass. */
import { type Prefix, parsePrefix } from '../../../base/prefix.ts';
import { waitReadable } from '../../../linux/descriptor.ts';
import { changeLink, createLink, createVethPair, listLinks } from '../../../linux/link.ts';
import { addAddress } from '../../../linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../../../linux/network-namespace.ts';
import { RouteSocket, routeGroup } from '../../../linux/route-socket.ts';
import { setQdisc } from '../../../linux/traffic-control.ts';

const mtuBytes = 1_500;
const wordOf = { left: 'toward-left', right: 'toward-right' } as const;
const addresses = { left: '192.0.2.1/24', right: '192.0.2.2/24' } as const;
const rateBps = 100_000_000;
const queueBytes = 250_000;
const carrierPatienceMs = 10_000;

export class BenchCable implements Disposable {
  readonly left = NetworkNamespace.create();
  readonly right = NetworkNamespace.create();
  readonly #middle: NetworkNamespace | undefined;

  constructor(isShaped: boolean) {
    if (isShaped) this.#middle = this.#bridge();
    else this.#join(this.left, this.right);
    for (const side of ['left', 'right'] as const) raise(this[side], parsePrefix(addresses[side])!);
    for (const side of ['left', 'right'] as const) waitUntilRunning(this[side]);
  }

  [Symbol.dispose](): void {
    for (const one of [this.left, this.right, this.#middle]) one?.[Symbol.dispose]();
  }

  #join(one: NetworkNamespace, other: NetworkNamespace): void {
    const end = { name: 'cable', mtuBytes };
    using socket = runInNamespace(one, () => new RouteSocket());
    socket.apply([createVethPair(end, { ...end, namespaceFd: other.fd })]);
  }

  #bridge(): NetworkNamespace {
    const middle = NetworkNamespace.create();
    using socket = runInNamespace(middle, () => new RouteSocket());
    socket.apply([createLink('bridge', { name: 'bridge', up: true })]);
    const find = (name: string) => listLinks(socket).find((link) => link.name === name)!.index;
    for (const side of ['left', 'right'] as const) {
      const [name, namespaceFd] = [wordOf[side], this[side].fd];
      const port = { name, mtuBytes };
      socket.apply([createVethPair(port, { name: 'cable', mtuBytes, namespaceFd })]);
      socket.apply([changeLink(find(name), { master: find('bridge'), up: true })]);
      const discipline = {
        kind: 'tbf',
        rateBps,
        burstBytes: 32_000,
        limitBytes: queueBytes,
      } as const;
      socket.apply([setQdisc(find(name), { parent: 'root', handle: '1:', discipline })]);
    }
    return middle;
  }
}

function raise(namespace: NetworkNamespace, address: Prefix): void {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  const { index } = listLinks(socket).find(({ name }) => name === 'cable')!;
  socket.apply([
    addAddress(index, address),
    changeLink('lo', { up: true }),
    changeLink('cable', { up: true }),
  ]);
}

/** A library that begins before the carrier is known finds no way to anywhere. */
function waitUntilRunning(namespace: NetworkNamespace): void {
  using events = runInNamespace(namespace, () => new RouteSocket(routeGroup.links));
  using socket = runInNamespace(namespace, () => new RouteSocket());
  while (!listLinks(socket).find(({ name }) => name === 'cable')!.isRunning) {
    if (!waitReadable(events.fd, carrierPatienceMs)) throw new Error('the cable has no carrier');
    events.drain();
  }
}
