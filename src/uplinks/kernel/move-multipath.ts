/** An MPTCP connection moves: a subflow on the new link, and once it stands those on others are dropped. */
import type { Endpoint, Ip } from '../../base/address.ts';
import { MptcpPathManager } from '../../linux/mptcp-path-manager.ts';
import type { RouteSocket } from '../../linux/route-socket.ts';
import { type DiagSocket, listSockets } from '../../linux/socket-diag.ts';
import { SystemCallError } from '../../linux/system-call.ts';
import { type SocketIdentity, unmapIp } from '../socket-identity.ts';

export type Multipathing =
  | { readonly kind: 'moved'; readonly before: Endpoint; readonly after: Endpoint }
  | { readonly kind: 'refused'; readonly why: 'not-supported' | 'rolled-back' };

const patienceMs = 1_000;
const stepMs = 2;
const established = 1;

export interface MultipathMove {
  readonly identity: SocketIdentity;
  readonly address: Ip;
  readonly linkIndex: number;
}

export function moveMultipath(diag: RouteSocket, move: MultipathMove): Multipathing {
  const connection = listSockets(diag, move.identity.family, 'mptcp').find(
    ({ inode }) => inode === move.identity.inode,
  );
  const before = subflowsOf(diag, move.identity);
  const first = before[0];
  if (connection?.token === undefined || first === undefined) {
    return { kind: 'refused', why: 'not-supported' };
  }
  using paths = new MptcpPathManager();
  // Addresses that were never announced have no number with the peer but the first, which is 0.
  const ends = {
    ...{ token: connection.token, remote: first.remote, linkIndex: move.linkIndex },
    ...{ local: { address: move.address, port: 0 }, addressId: move.linkIndex & 0xff || 1 },
  };
  const old = before.filter(({ local }) => unmapIp(local.address) !== move.address);
  let here = before.find(({ local }) => unmapIp(local.address) === move.address);
  if (here === undefined) {
    const refused = attempt(() => paths.createSubflow(ends));
    if (refused !== undefined) return { kind: 'refused', why: 'not-supported' };
    here = waitForSubflow(diag, move);
  }
  const drop = ({ local, remote }: DiagSocket) =>
    attempt(() => paths.destroySubflow({ ...ends, local, remote, addressId: 0, linkIndex: 0 }));
  if (here === undefined) {
    // One that still shakes hands would come to stand after all.
    for (const one of onTheirWay(diag, move)) drop(one);
    return { kind: 'refused', why: 'rolled-back' };
  }
  for (const one of old) drop(one);
  // By a link that is gone the peer hears of no end: it would go on sending to the first address, whose number is 0.
  if (old.some(({ local }) => isSame(local, connection.local))) {
    attempt(() => paths.removeAddress(ends.token, 0));
  }
  return { kind: 'moved', before: first.local, after: here.local };
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && unmapIp(one.address) === unmapIp(other.address);
}

function subflowsOf(diag: RouteSocket, identity: SocketIdentity): DiagSocket[] {
  return partsOf(diag, identity).filter(({ state }) => state === established);
}

function onTheirWay(diag: RouteSocket, { identity, address }: MultipathMove): DiagSocket[] {
  return partsOf(diag, identity).filter(
    ({ local, state }) => state !== established && unmapIp(local.address) === address,
  );
}

function partsOf(diag: RouteSocket, { inode }: SocketIdentity): DiagSocket[] {
  return ([4, 6] as const)
    .flatMap((family) => listSockets(diag, family, 'tcp'))
    .filter((one) => one.inode === inode);
}

/** The handshake of a subflow takes a round trip of its link. */
function waitForSubflow(diag: RouteSocket, move: MultipathMove): DiagSocket | undefined {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += stepMs) {
    const found = subflowsOf(diag, move.identity).find(
      ({ local }) => unmapIp(local.address) === move.address,
    );
    if (found !== undefined) return found;
    Atomics.wait(never, 0, 0, stepMs);
  }
  return undefined;
}

function attempt(action: () => void): number | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof SystemCallError) return error.errno;
    throw error;
  }
}
