/** What happens to links that pass the hub by: the kernel is told, at either end. */
import { forgetFlows } from '../../../src/linux/conntrack.ts';
import { listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { removeRootQdisc, setQdisc } from '../../../src/linux/traffic-control.ts';
import type { Rig, RigCableEnd, RigNode } from '../../plan/rig.ts';
import { type RigQdisc, shapingOf } from '../../plan/rig-shaping.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { installRules, setDeviceUp } from './configure-node.ts';

export type SettingsToward = (link: string, node: string) => DirectionSettings;

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

  /** The link is a cable, or the node a box, of the kernel; `settingsToward`: what stands afterwards. */
  apply(change: ChangeModel, settingsToward: SettingsToward): void {
    switch (change.kind) {
      case 'link-set':
        if (!this.#ends.has(change.link)) return;
        for (const toward of Object.keys(change.toward)) {
          this.shape(change.link, toward, settingsToward(change.link, toward));
        }
        return;
      case 'link-down':
      case 'link-up':
        if (this.#ends.has(change.link)) this.setUp(change.link, change.kind === 'link-up');
        return;
      case 'nat-reboot':
        this.#reboot(change.node);
        return;
      case 'node-crash':
      case 'node-restart':
      case 'clock-skew':
        return;
    }
  }

  /** What is plugged in, and carries frames. */
  isUp(link: string): boolean {
    return !this.#down.has(link);
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

  /** Every mapping is lost, and so is what the kernel remembers of flows. */
  #reboot(name: string): void {
    const node = this.#nodes.get(name);
    if (node?.nft === undefined) return;
    const rules = `flush ruleset\n${node.nft}`;
    this.#within(name, () => {
      installRules(name, rules);
      forgetFlows();
    });
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
