/** Which user-level transports this machine has, tried on a cable in a namespace that nobody else sees. */
import process from 'node:process';
import { changeLink, createVethPair, listLinks } from '../../linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { SystemCallError } from '../../linux/system-call.ts';
import type { UserLevelProvider } from '../../sockets/transport-hierarchy.ts';
import { KernelLoop } from '../kernel-loop.ts';
import { openWay } from './way.ts';

const mtuBytes = 1_500;

/** Why it can't be had here; undefined: it can. */
export async function probeTransports(
  wanted: readonly UserLevelProvider[],
): Promise<ReadonlyMap<UserLevelProvider, string | undefined>> {
  if (process.platform !== 'linux') return new Map(wanted.map((one) => [one, 'it takes Linux']));
  await using loop = new KernelLoop({ keepsProcess: false });
  try {
    using namespace = NetworkNamespace.create();
    return runInNamespace(namespace, () => {
      const index = makeCable();
      return new Map(wanted.map((one) => [one, whyNot(one, loop, index)]));
    });
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return new Map(wanted.map((one) => [one, 'it takes root to make a namespace to try it in']));
  }
}

function makeCable(): number {
  using socket = new RouteSocket();
  const [end, other] = ['probe', 'other'].map((name) => ({ name, mtuBytes }));
  socket.apply([createVethPair(end!, other!), changeLink('probe', { up: true })]);
  return listLinks(socket).find(({ name }) => name === 'probe')!.index;
}

function whyNot(provider: UserLevelProvider, loop: KernelLoop, index: number): string | undefined {
  const way = openWay(provider, loop, { name: 'probe', index, mtuBytes });
  if ('why' in way) return way.why;
  way.openWire({ received: () => undefined, cut: () => undefined }).close();
  way[Symbol.dispose]();
  return undefined;
}
