/** A terminal with two links to a far machine that both reach, in namespaces that go when nobody refers to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Ip, type Ipv4, type Ipv6, parseIp } from '../../base/address.ts';
import { parsePrefix } from '../../base/prefix.ts';
import { waitReadable } from '../../linux/descriptor.ts';
import { changeLink, createVethPair, listLinks } from '../../linux/link.ts';
import { addAddress } from '../../linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { addRoute } from '../../linux/route.ts';
import { RouteSocket, routeGroup } from '../../linux/route-socket.ts';
import type { LiveLink } from '../manager-state.ts';

export const wifi = {
  name: 'wifi',
  ipv4: parseIp('10.1.0.1') as Ipv4,
  ipv6: parseIp('2001:db8:1::1') as Ipv6,
} satisfies LiveLink;
export const lte = {
  name: 'lte',
  ipv4: parseIp('10.2.0.1') as Ipv4,
  ipv6: parseIp('2001:db8:2::1') as Ipv6,
} satisfies LiveLink;
const everywhere = { 4: parsePrefix('0.0.0.0/0')!, 6: parsePrefix('::/0')! } as const;

const patienceMs = 10_000;

export type LinkName = 'wifi' | 'lte';

export class TestTerminal implements AsyncDisposable {
  readonly near = NetworkNamespace.create();
  readonly far = NetworkNamespace.create();
  readonly #children: ChildProcess[] = [];

  constructor() {
    using near = this.#socketIn(this.near);
    using far = this.#socketIn(this.far);
    for (const socket of [near, far]) socket.apply([changeLink('lo', { up: true })]);
    const lo = listLinks(far).find(({ isLoopback }) => isLoopback)!.index;
    far.apply([
      addAddress(lo, parsePrefix('9.9.9.9/32')!),
      addAddress(lo, parsePrefix('2001:db8:9::9/128')!),
    ]);
    // A pair whose ends have the same index is up only when a second is over: link_watch takes it for a plain device.
    far.apply([createVethPair({ name: 'spare' }, { name: 'other-spare' })]);
    for (const [at, name] of (['wifi', 'lte'] as const).entries()) {
      near.apply([createVethPair({ name }, { name, namespaceFd: this.far.fd })]);
      this.#raise(near, name, at + 1, 1);
      this.#raise(far, name, at + 1, 2);
    }
    for (const name of ['wifi', 'lte']) {
      waitUntilUp(this.near, name);
      waitUntilUp(this.far, name);
    }
    for (const [at, name] of (['wifi', 'lte'] as const).entries()) {
      const linkIndex = indexOf(near, name);
      for (const [family, gateway] of [
        [4, `10.${at + 1}.0.2`],
        [6, `2001:db8:${at + 1}::2`],
      ] as const) {
        const destination = everywhere[family];
        const metric = (at + 1) * 100;
        near.apply([addRoute({ destination, linkIndex, gateway: parseIp(gateway)!, metric })]);
      }
    }
  }

  /** Echoes who was seen, by UDP, TCP and MPTCP, to each of its addresses. */
  async startFar(): Promise<ChildProcess> {
    const script = join(import.meta.dirname, 'testing-far.ts');
    const child = this.spawn('far', [process.execPath, script]);
    const ended = once(child, 'exit').then(() => {
      throw new Error('the far machine did not start');
    });
    await Promise.race([once(child.stdout!, 'data'), ended]);
    ended.catch(() => undefined);
    return child;
  }

  /** It ends with us, however we end. */
  spawn(side: 'near' | 'far', argv: readonly string[]): ChildProcess {
    const words = ['--pdeathsig', 'KILL', ...argv];
    const child = runInNamespace(this[side], () =>
      spawn('setpriv', words, { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    this.#children.push(child);
    return child;
  }

  within<T>(action: () => T): T {
    return runInNamespace(this.near, action);
  }

  /** The far machine's end of a link loses its carrier with ours. */
  setLink(name: LinkName, up: boolean): void {
    using socket = this.#socketIn(this.far);
    socket.apply([changeLink(name, { up })]);
  }

  /** Frames that the near end of each link sent and received. */
  counters(): Readonly<Record<LinkName, { readonly sent: number; readonly received: number }>> {
    const text = this.within(() => readFileSync('/proc/thread-self/net/dev', 'utf8'));
    const of = (name: string) => {
      const line = text.split('\n').find((one) => one.trim().startsWith(`${name}:`))!;
      const words = line
        .slice(line.indexOf(':') + 1)
        .trim()
        .split(/\s+/)
        .map(Number);
      return { received: words[1]!, sent: words[9]! };
    };
    return { wifi: of('wifi'), lte: of('lte') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = this.#children.map((child) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      child.kill('SIGKILL');
      return once(child, 'exit');
    });
    await Promise.all(ends);
    this.near[Symbol.dispose]();
    this.far[Symbol.dispose]();
  }

  #socketIn(namespace: NetworkNamespace): RouteSocket {
    return runInNamespace(namespace, () => new RouteSocket());
  }

  #raise(socket: RouteSocket, name: LinkName, subnet: number, host: number): void {
    const index = indexOf(socket, name);
    socket.apply([
      addAddress(index, parsePrefix(`10.${subnet}.0.${host}/24`)!),
      addAddress(index, parsePrefix(`2001:db8:${subnet}::${host}/64`)!),
      changeLink(index, { up: true }),
    ]);
  }
}

function waitUntilUp(namespace: NetworkNamespace, name: string): void {
  using events = runInNamespace(namespace, () => new RouteSocket(routeGroup.links));
  using socket = runInNamespace(namespace, () => new RouteSocket());
  while (!listLinks(socket).find((link) => link.name === name)!.isRunning) {
    if (!waitReadable(events.fd, patienceMs)) throw new Error(`${name} did not come up`);
    events.drain();
  }
}

export function indexOf(socket: RouteSocket, name: string): number {
  return listLinks(socket).find((link) => link.name === name)!.index;
}

export function addressOn(link: LiveLink, family: 4 | 6): Ip {
  return family === 4 ? link.ipv4! : link.ipv6!;
}
