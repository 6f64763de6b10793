/**
 * What both suites of real hosts stand on: two nodes on a bridge, each a namespace.
 *
 *   left:cable ── middle:to-left ══ bridge ══ middle:to-right ── right:cable
 *                                   middle:beyond ── right:narrow
 *
 * A cable whose carrier goes without anybody setting its ends down. No kernel has an address yet.
 */
import { changeLink, createLink, createVethPair } from '../linux/link.ts';
import type { NetworkNamespace } from '../linux/network-namespace.ts';
import { runInNamespace } from '../linux/network-namespace.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import { linkOf } from '../linux/testing-lab.ts';
import type { KernelLoop } from './kernel-loop.ts';

/** Middle, left, right. */
export type MiddleNamespaces = readonly NetworkNamespace[];

export function socketIn(namespaces: MiddleNamespaces, index: number, groups = 0): RouteSocket {
  return runInNamespace(namespaces[index]!, () => new RouteSocket(groups));
}

export function layMiddle(namespaces: MiddleNamespaces): void {
  using middle = socketIn(namespaces, 0);
  const [, left, right] = namespaces;
  const ends = [
    ['to-left', 'cable', left!, 1_500],
    ['to-right', 'cable', right!, 1_500],
    ['beyond', 'narrow', right!, 1_400],
  ] as const;
  middle.apply([
    createLink('bridge', { name: 'bridge', up: true }),
    ...ends.map(([name, peer, { fd }, mtuBytes]) =>
      createVethPair({ name, mtuBytes, up: true }, { name: peer, mtuBytes, namespaceFd: fd }),
    ),
  ]);
  const master = linkOf(middle, 'bridge')!.index;
  middle.apply(['to-left', 'to-right'].map((name) => changeLink(name, { master })));
}

export function setMiddleCarrier(namespaces: MiddleNamespaces, up: boolean): void {
  using middle = socketIn(namespaces, 0);
  middle.apply(['to-left', 'to-right'].map((name) => changeLink(name, { up })));
}

export async function driveLoopUntil(
  loop: KernelLoop,
  condition: () => boolean,
  limitNs: number,
): Promise<boolean> {
  const endNs = loop.nowNs() + limitNs;
  const limit = loop.after(limitNs, () => undefined);
  while (!condition() && loop.nowNs() < endNs) await loop.nextTurn();
  limit.cancel();
  return condition();
}
