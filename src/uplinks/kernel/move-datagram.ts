/**
 * A living UDP socket gets another source address: it forgets its peer, which gives back a port that the kernel
 * chose, is bound to the new address and the same port, and gets its peer again. Where a step fails it is
 * brought back to what it was.
 */
import { type Endpoint, type Ip, isIpv4 } from '../../base/address.ts';
import { int32Bytes } from '../../linux/layout.ts';
import {
  bindSocket,
  disconnectSocket,
  localEndpoint,
  remoteEndpoint,
  type SocketOption,
  trySetOption,
} from '../../linux/socket.ts';
import { startConnecting } from '../../linux/stream-socket.ts';
import { errno } from '../../linux/system-call.ts';
import { mapIp } from '../socket-identity.ts';

/** IP_LOCAL_PORT_RANGE of linux/in.h (Linux 6.3): the lowest port below, the highest above. */
const portRange: SocketOption = [0, 51];

export type Rebinding =
  | { readonly kind: 'moved'; readonly after: Endpoint }
  /** The application bound the port itself: the kernel keeps it, and the address with it. */
  | { readonly kind: 'own-port' }
  | { readonly kind: 'rolled-back'; readonly step: 'bind' | 'connect'; readonly errno: number }
  /** It could not be brought back to what it was. */
  | { readonly kind: 'broken'; readonly errno: number };

/** So often an application that speaks all the time may come between. */
const tries = 16;

export function rebindDatagram(fd: number, address: Ip): Rebinding {
  const before = localEndpoint(fd);
  const peer = remoteEndpoint(fd);
  const target = isIpv4(before.address) ? address : mapIp(address);
  // A port that is named becomes the application's own, and the socket could never move again: the kernel is let
  // choose, out of this one. Kernels before 6.3 are told the port.
  const refusedRange = trySetOption(fd, portRange, int32Bytes(before.port * 65_537));
  try {
    if (!giveBackPort(fd)) return reconnect(fd, peer);
    const bind = refusedRange === undefined ? bindToOnePort : bindSocket;
    const refusedBind = bindAnew(fd, { address: target, port: before.port }, bind);
    const refusedConnect = refusedBind ?? (peer === undefined ? 0 : startConnecting(fd, peer));
    if (refusedConnect === 0) return { kind: 'moved', after: localEndpoint(fd) };
    giveBackPort(fd);
    const refused = bindAnew(fd, before, bind) ?? (peer ? startConnecting(fd, peer) : 0);
    if (refused !== 0) return { kind: 'broken', errno: refused };
    const step = refusedBind === undefined ? 'connect' : 'bind';
    return { kind: 'rolled-back', step, errno: refusedConnect };
  } finally {
    if (refusedRange === undefined) trySetOption(fd, portRange, 0);
  }
}

/**
 * An application that speaks in this moment gets a port again by that, of the range as well; one that it bound itself
 * it keeps each time.
 */
function giveBackPort(fd: number): boolean {
  for (let count = 0; count < tries; count++) {
    disconnectSocket(fd);
    if (localEndpoint(fd).port === 0) return true;
  }
  return false;
}

/** Between the two the socket hears whoever sends to its port, for some microseconds. */
function reconnect(fd: number, peer: Endpoint | undefined): Rebinding {
  const refused = peer === undefined ? 0 : startConnecting(fd, peer);
  return refused === 0 ? { kind: 'own-port' } : { kind: 'broken', errno: refused };
}

type Bind = (fd: number, local: Endpoint) => number | undefined;

/** A socket that has got a port meanwhile can't be bound: EINVAL. */
function bindAnew(fd: number, local: Endpoint, bind: Bind): number | undefined {
  let refused: number | undefined;
  for (let count = 0; count < tries; count++) {
    refused = bind(fd, local);
    if (refused !== errno.EINVAL || !giveBackPort(fd)) return refused;
  }
  return refused;
}

function bindToOnePort(fd: number, local: Endpoint): number | undefined {
  const refused = bindSocket(fd, { ...local, port: 0 });
  if (refused !== undefined || localEndpoint(fd).port === local.port) return refused;
  // A port beyond those that the kernel chooses from.
  giveBackPort(fd);
  return bindSocket(fd, local);
}
