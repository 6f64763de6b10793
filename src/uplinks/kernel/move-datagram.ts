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

export function rebindDatagram(fd: number, address: Ip): Rebinding {
  const before = localEndpoint(fd);
  const peer = remoteEndpoint(fd);
  const target = isIpv4(before.address) ? address : mapIp(address);
  disconnectSocket(fd);
  if (localEndpoint(fd).port !== 0) return reconnect(fd, peer);
  const refusedBind = bindToPort(fd, { address: target, port: before.port });
  if (refusedBind !== undefined) return rollBack(fd, before, peer, 'bind', refusedBind);
  const refusedConnect = peer === undefined ? 0 : startConnecting(fd, peer);
  if (refusedConnect === 0) return { kind: 'moved', after: localEndpoint(fd) };
  disconnectSocket(fd);
  return rollBack(fd, before, peer, 'connect', refusedConnect);
}

/** Between the two the socket hears whoever sends to its port, for some microseconds. */
function reconnect(fd: number, peer: Endpoint | undefined): Rebinding {
  const refused = peer === undefined ? 0 : startConnecting(fd, peer);
  return refused === 0 ? { kind: 'own-port' } : { kind: 'broken', errno: refused };
}

function rollBack(
  fd: number,
  before: Endpoint,
  peer: Endpoint | undefined,
  step: 'bind' | 'connect',
  errno: number,
): Rebinding {
  const refused = bindToPort(fd, before) ?? (peer === undefined ? 0 : startConnecting(fd, peer));
  return refused === 0 ? { kind: 'rolled-back', step, errno } : { kind: 'broken', errno: refused };
}

/**
 * A port that is named becomes the application's own, and the socket could never move again: the kernel is let
 * choose, out of this one. Kernels before 6.3 are told the port.
 */
function bindToPort(fd: number, local: Endpoint): number | undefined {
  const range = int32Bytes(local.port + local.port * 65_536);
  if (trySetOption(fd, portRange, range) !== undefined) return bindSocket(fd, local);
  const refused = bindSocket(fd, { ...local, port: 0 });
  trySetOption(fd, portRange, 0);
  if (refused !== undefined) return refused;
  if (localEndpoint(fd).port === local.port) return undefined;
  // A port beyond those that the kernel chooses from.
  disconnectSocket(fd);
  return bindSocket(fd, local);
}
