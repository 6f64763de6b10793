/** A node's interface as a device of the kernel. */
import type { Mac } from '../../src/base/mac.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import type { PlannedInterface, PlannedLink, PlannedNode } from './plan.ts';
import type { RigNeighbour } from './rig-neighbours.ts';
import { type RigQdisc, shapingOf } from './rig-shaping.ts';
import { ownDeviceSysctls, type RigSysctl } from './rig-sysctls.ts';

export interface RigDevice {
  /** The plan's name for it, which is the link's. */
  readonly interface: string;
  /** What the kernel calls it: at most 15 characters. */
  readonly device: string;
  /** The interface's whole name, where the kernel's is shorter. */
  readonly alternativeName: string | undefined;
  /** A TAP device that the hub opens, or an end of a cable. */
  readonly kind: 'tap' | 'veth';
  readonly mac: Mac;
  readonly mtuBytes: number;
  readonly stack: 'kernel' | 'own';
  /** Empty where the interface is `own`: the kernel has no address there. */
  readonly addresses: readonly Prefix[];
  /** Told, because they are too many to be learned; mostly empty. */
  readonly neighbours: readonly RigNeighbour[];
  /** Written when the device stands. */
  readonly sysctls: readonly RigSysctl[];
  /** A cable is down as soon as one end of it is; this one stays down until the link comes up. */
  readonly startsDown: boolean;
  /** How frames leave by it, the root first; empty: as they come. */
  readonly qdiscs: readonly RigQdisc[];
  /** What a cable leaves to its card is off: frames are of one MTU, their checksums in place. */
  readonly wireSize: boolean;
}

/** What of the plan lies around an interface. */
export interface DeviceSurroundings {
  readonly link: PlannedLink;
  /** An end of the link is `own`, here or there. */
  readonly hasOwnEnd: boolean;
  readonly neighbours: readonly RigNeighbour[];
}

export function rigDevice(
  node: PlannedNode,
  one: PlannedInterface,
  device: string,
  { link, hasOwnEnd, neighbours }: DeviceSurroundings,
): RigDevice {
  const far = link.ends[0].node === node.name ? link.ends[1] : link.ends[0];
  const isOwn = one.stack === 'own';
  // A foreign machine has its addresses itself, and no card of ours answers for it.
  const isForeign = node.kind === 'hardware';
  return {
    interface: one.name,
    device,
    alternativeName: device === one.name ? undefined : one.name,
    kind: link.engine === 'model' ? 'tap' : 'veth',
    mac: one.mac,
    mtuBytes: one.mtuBytes,
    stack: one.stack,
    addresses: isOwn || isForeign ? [] : one.addresses,
    neighbours: isOwn || isForeign ? [] : neighbours,
    sysctls: isOwn ? ownDeviceSysctls(device) : [],
    startsDown: link.engine !== 'model' && far === link.ends[0] && !isUp(link),
    qdiscs: link.engine === 'kernel' ? shapingOf(far.arriving) : [],
    wireSize: isForeign || link.engine === 'kernel' || (link.engine === 'direct' && hasOwnEnd),
  };
}

function isUp({ ends }: PlannedLink): boolean {
  return ends.every(({ arriving }) => arriving.up);
}
