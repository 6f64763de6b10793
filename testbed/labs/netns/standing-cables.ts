/** What happens to links that pass the hub by: the kernel is told, at either end. */
import { listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { removeRootQdisc, setQdisc } from '../../../src/linux/traffic-control.ts';
import type { Rig, RigCableEnd, RigNode } from '../../plan/rig.ts';
import { type RigQdisc, shapingOf } from '../../plan/rig-shaping.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { setDeviceUp } from './configure-node.ts';

export class StandingCables {
  readonly #ends: ReadonlyMap<string, readonly [RigCableEnd, RigCableEnd]>;
  readonly #nodes: ReadonlyMap<string, RigNode>;
  readonly #qdiscs: Map<string, readonly RigQdisc[]>;
  readonly #down: Set<string>;
  readonly #namespacePathOf: (node: string) => string;

  constructor(rig: Rig, namespacePathOf: (node: string) => string) {
    const devices = rig.nodes.flatMap((node) =>
      node.devices.map((one) => [`${node.node} ${one.device}`, one] as const),
    );
    this.#ends = new Map(rig.cables.map(({ link, ends }) => [link, ends]));
    this.#nodes = new Map(rig.nodes.map((node) => [node.node, node]));
    this.#qdiscs = new Map(devices.map(([key, { qdiscs }]) => [key, qdiscs]));
    this.#down = new Set(
      devices.filter(([, one]) => one.startsDown).map(([, one]) => one.interface),
    );
    this.#namespacePathOf = namespacePathOf;
  }

  /** The link is a cable. */
  has(link: string): boolean {
    return this.#ends.has(link);
  }

  /** Frames that wait stay, unless the disciplines are of other kinds than before. */
  shape(link: string, toward: string, settings: DirectionSettings): void {
    const from = this.#ends.get(link)!.find(({ node }) => node !== toward)!;
    const key = `${from.node} ${from.device}`;
    const [before, after] = [this.#qdiscs.get(key)!, shapingOf(settings)];
    this.#qdiscs.set(key, after);
    this.#within(from.node, () => replaceQdiscs(from.device, before, after));
  }

  /** One end is set down, so that the other loses its carrier. */
  setUp(link: string, up: boolean): void {
    if (this.#down.has(link) === !up) return;
    if (up) this.#down.delete(link);
    else this.#down.add(link);
    const { node, device } = this.#ends.get(link)![1];
    this.#within(node, () => setDeviceUp(this.#nodes.get(node)!, device, up));
  }

  #within(node: string, action: () => void): void {
    using namespace = NetworkNamespace.open(this.#namespacePathOf(node));
    runInNamespace(namespace, action);
  }
}

function replaceQdiscs(
  device: string,
  before: readonly RigQdisc[],
  after: readonly RigQdisc[],
): void {
  using socket = new RouteSocket();
  const { index } = listLinks(socket).find(({ name }) => name === device)!;
  const isAlike = kindsOf(before) === kindsOf(after);
  socket.apply([
    ...(isAlike || before.length === 0 ? [] : [removeRootQdisc(index)]),
    ...after.map((qdisc) => setQdisc(index, qdisc)),
  ]);
}

function kindsOf(qdiscs: readonly RigQdisc[]): string {
  return qdiscs.map(({ discipline }) => discipline.kind).join(' ');
}
