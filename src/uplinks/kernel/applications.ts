/** The applications of a network namespace: its sockets as the kernel tells of them, joined with who holds them. */
import { formatIp, type Ip } from '../../base/address.ts';
import type { RouteSocket } from '../../linux/route-socket.ts';
import { type DiagSocket, listSockets } from '../../linux/socket-diag.ts';
import type { HeldSocket, SeenApplication } from '../manager-state.ts';
import { type KnownSocket, type SocketStanding, unmapIp } from '../socket-identity.ts';
import { listProcesses, namesOf, namespaceOf, socketsHeldBy } from './process-table.ts';

const protocols = ['udp', 'tcp', 'mptcp'] as const;
const families = [4, 6] as const;
/** TCP_ESTABLISHED, TCP_CLOSE, TCP_LISTEN of net/tcp_states.h. */
const state = { established: 1, close: 7, listen: 10 } as const;

/** `ignored`: processes that are no applications, such as who asks. */
export function listApplications(
  socket: RouteSocket,
  namespace: string,
  ignored: ReadonlySet<number> = new Set(),
): SeenApplication[] {
  const sockets = socketsByInode(socket);
  const found = new Map<string, { names: readonly string[]; sockets: HeldSocket[] }>();
  const taken = new Set<number>();
  for (const pid of listProcesses()) {
    if (ignored.has(pid) || namespaceOf(pid) !== namespace) continue;
    const held = socketsHeldBy(pid).filter(({ inode }) => sockets.has(inode) && !taken.has(inode));
    if (held.length === 0) continue;
    const names = namesOf(pid);
    const name = names[0] ?? String(pid);
    const application = found.get(name) ?? { names, sockets: [] };
    found.set(name, application);
    for (const { inode, fd } of held) {
      taken.add(inode);
      const holder = { process: pid, descriptor: fd };
      application.sockets.push({ socket: sockets.get(inode)!, holder });
    }
  }
  return [...found].map(([name, application]) => ({ name, ...application }));
}

/** Those that speak with somebody beyond this terminal. A subflow has the inode of its connection. */
function socketsByInode(socket: RouteSocket): Map<number, KnownSocket> {
  const found = protocols.flatMap((protocol) =>
    families.flatMap((family) => listSockets(socket, family, protocol)),
  );
  const connections = new Set(
    found.filter(({ protocol }) => protocol === 'mptcp').map(({ inode }) => inode),
  );
  const byInode = new Map<number, KnownSocket>();
  for (const one of found) {
    if (one.inode === 0 || isLocal(one)) continue;
    if (one.protocol === 'tcp' && connections.has(one.inode)) continue;
    byInode.set(one.inode, knownFrom(one, subflowsOf(one, found)));
  }
  return byInode;
}

function subflowsOf(one: DiagSocket, all: readonly DiagSocket[]): Ip[] {
  if (one.protocol !== 'mptcp') return [];
  return all
    .filter(({ protocol, inode }) => protocol === 'tcp' && inode === one.inode)
    .filter(({ state: now }) => now === state.established)
    .map(({ local }) => local.address);
}

export function knownFrom(one: DiagSocket, subflowAddresses: readonly Ip[] = []): KnownSocket {
  const { family, protocol, inode, cookie, local, remote, mark, sentBytes, receivedBytes } = one;
  return {
    identity: { family, protocol, inode, cookie },
    standing: standingOf(one),
    ...{ local, remote, mark, sentBytes, receivedBytes, subflowAddresses },
  };
}

function standingOf({ protocol, state: now, remote }: DiagSocket): SocketStanding {
  if (protocol !== 'udp' && now === state.listen) return 'listening';
  return remote.port === 0 ? 'unconnected' : 'connected';
}

function isLocal({ local, remote }: DiagSocket): boolean {
  return [local, remote].some(({ address }) => {
    const text = formatIp(unmapIp(address));
    return text.startsWith('127.') || text === '::1';
  });
}
