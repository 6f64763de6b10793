/** A manager, what it wanted done, and applications with sockets to show it. */
import { anyIpv4, type Ipv4, type Ipv6, parseIp } from '../base/address.ts';
import { learnLinks, learnSockets } from './manager.ts';
import {
  createManager,
  type LiveLink,
  type ManagerOptions,
  type ManagerSink,
  type SeenApplication,
} from './manager-state.ts';
import type { KnownSocket } from './socket-identity.ts';

export const wifi: LiveLink = {
  name: 'wifi',
  ipv4: parseIp('10.1.0.1') as Ipv4,
  ipv6: parseIp('2001:db8:1::1') as Ipv6,
};
export const lte: LiveLink = {
  name: 'lte',
  ipv4: parseIp('10.2.0.1') as Ipv4,
  ipv6: parseIp('2001:db8:2::1') as Ipv6,
};
const server = { address: parseIp('9.9.9.9')!, port: 80 };
const server6 = { address: parseIp('2001:db8:9::9')!, port: 80 };

type Heard = { readonly [Name in keyof ManagerSink]: Parameters<ManagerSink[Name]>[] };

export class TestManager {
  readonly heard: Heard = {
    ...{ prompt: [], change: [], steer: [], linkGone: [], keep: [], record: [] },
  };
  readonly sink: ManagerSink = {
    prompt: (...words) => void this.heard.prompt.push(words),
    change: (...words) => void this.heard.change.push(words),
    steer: (...words) => void this.heard.steer.push(words),
    linkGone: (...words) => void this.heard.linkGone.push(words),
    keep: (...words) => void this.heard.keep.push(words),
    record: (...words) => void this.heard.record.push(words),
  };
  readonly state;

  constructor(options: ManagerOptions = {}, links: readonly LiveLink[] = [wifi, lte]) {
    this.state = createManager(options);
    learnLinks(this.state, links, this.sink);
  }

  see(...applications: readonly SeenApplication[]): void {
    learnSockets(this.state, applications, this.sink);
  }

  get kinds(): string[] {
    return this.heard.record.map(([kind]) => kind);
  }
}

/** A connected UDP socket on Wi-Fi. */
export function socketOf(cookie: number, changes: Partial<KnownSocket> = {}): KnownSocket {
  return {
    identity: { family: 4, protocol: 'udp', inode: 1_000 + cookie, cookie },
    standing: 'connected',
    local: { address: wifi.ipv4!, port: 40_000 + cookie },
    remote: server,
    ...{ sentBytes: 0, receivedBytes: 0, mark: 0, subflowAddresses: [] },
    ...changes,
  };
}

export function socketOfIpv6(cookie: number): KnownSocket {
  const local = { address: wifi.ipv6!, port: 40_000 + cookie };
  const identity = { family: 6, protocol: 'udp', inode: 1_000 + cookie, cookie } as const;
  return socketOf(cookie, { identity, local, remote: server6 });
}

export function listenerOf(cookie: number): KnownSocket {
  const identity = { family: 4, protocol: 'tcp', inode: 1_000 + cookie, cookie } as const;
  const remote = { address: anyIpv4, port: 0 };
  return socketOf(cookie, { identity, standing: 'listening', remote });
}

export function applicationOf(name: string, ...sockets: readonly KnownSocket[]): SeenApplication {
  return {
    name,
    names: [name],
    sockets: sockets.map((socket) => ({ socket, holder: { process: 77, descriptor: 21 } })),
  };
}
