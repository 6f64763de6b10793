/**
 * Unix sockets under an abstract name (unix(7)), which belongs to the network namespace: whoever is on a
 * node finds it, nobody elsewhere does, and it leaves no file. Messages keep their bounds, and the end of
 * a peer is seen however it came about.
 */
import { closeDescriptor, openFlag } from './descriptor.ts';
import { write16 } from './layout.ts';
import { openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno, SystemCallError } from './system-call.ts';

const bindSocketCall = bindCall('bind', 'int', ['int', 'bytes', 'int']);
const connectCall = bindCall('connect', 'int', ['int', 'bytes', 'int']);
const listenCall = bindCall('listen', 'int', ['int', 'int']);
const acceptCall = bindCall('accept4', 'int', ['int', 'bytes', 'bytes', 'int']);
const backlog = 128;

/** In the namespace of this thread. Undefined: somebody has the name. */
export function listenUnder(name: string): number | undefined {
  const fd = openSocket(addressFamily.unix, 'sequenced');
  const address = abstractAddress(name);
  if (bindSocketCall(fd, address, address.length) < 0) {
    const reason = lastErrno();
    closeDescriptor(fd);
    if (reason === errno.EADDRINUSE) return undefined;
    throw new SystemCallError('bind', reason, `@${name}`);
  }
  checkCall(listenCall(fd, backlog), 'listen', `@${name}`);
  return fd;
}

/** In the namespace of this thread. Undefined: nobody listens there. */
export function connectTo(name: string): number | undefined {
  const fd = openSocket(addressFamily.unix, 'sequenced');
  const address = abstractAddress(name);
  if (connectCall(fd, address, address.length) >= 0) return fd;
  const reason = lastErrno();
  closeDescriptor(fd);
  if (reason === errno.ECONNREFUSED) return undefined;
  throw new SystemCallError('connect', reason, `@${name}`);
}

/** The next who wants in; undefined: nobody waits. */
export function acceptNext(fd: number): number | undefined {
  const accepted = acceptCall(fd, null, null, openFlag.nonBlocking | openFlag.closeOnExec);
  if (accepted >= 0) return accepted;
  if (lastErrno() === errno.EAGAIN || lastErrno() === errno.ECONNABORTED) return undefined;
  return checkCall(accepted, 'accept4', String(fd));
}

/** struct sockaddr_un: the family, then a zero, then the name. */
function abstractAddress(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const address = new Uint8Array(3 + text.length);
  write16(address, 0, addressFamily.unix);
  address.set(text, 3);
  return address;
}
