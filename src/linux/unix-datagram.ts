/**
 * Unix sockets of datagrams at paths (unix(7)), which Node has not: how hostapd and its like are spoken with.
 * Each side has a path of its own, or nothing comes back.
 */
import { unlinkSync } from 'node:fs';
import { closeDescriptor } from './descriptor.ts';
import { write16 } from './layout.ts';
import { openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno, SystemCallError } from './system-call.ts';

const bindSocketCall = bindCall('bind', 'int', ['int', 'bytes', 'int']);
const sendToCall = bindCall('sendto', 'long', ['int', 'bytes', 'size', 'int', 'bytes', 'int']);
const receiveCall = bindCall('recv', 'long', ['int', 'bytes', 'size', 'int']);

/** sun_path of linux/un.h, its zero counted. */
const mostPathBytes = 108;
const roomBytes = 65_536;

export class UnixDatagram implements Disposable {
  readonly fd: number;
  readonly #path: string;
  readonly #room = new Uint8Array(roomBytes);

  /** Leaves a file at `path`, until it is disposed of. */
  constructor(path: string) {
    this.#path = path;
    this.fd = openSocket(addressFamily.unix, 'datagram');
    const address = pathAddress(path);
    if (bindSocketCall(this.fd, address, address.length) >= 0) return;
    const reason = lastErrno();
    closeDescriptor(this.fd);
    throw new SystemCallError('bind', reason, path);
  }

  /** False: nobody is there, or has no room. */
  send(text: string, to: string): boolean {
    const bytes = new TextEncoder().encode(text);
    const address = pathAddress(to);
    return sendToCall(this.fd, bytes, bytes.length, 0, address, address.length) >= 0;
  }

  /** Undefined: nothing waits. */
  receive(): string | undefined {
    const length = receiveCall(this.fd, this.#room, roomBytes, 0);
    if (length >= 0) return new TextDecoder().decode(this.#room.subarray(0, length));
    if (lastErrno() === errno.EAGAIN) return undefined;
    checkCall(length, 'recv', this.#path);
    return undefined;
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
    try {
      unlinkSync(this.#path);
    } catch {
      // Its folder went before it.
    }
  }
}

/** struct sockaddr_un: the family, then the path with its zero. */
function pathAddress(path: string): Uint8Array {
  const text = new TextEncoder().encode(path);
  if (text.length >= mostPathBytes) throw new SystemCallError('bind', errno.ENAMETOOLONG, path);
  const address = new Uint8Array(3 + text.length);
  write16(address, 0, addressFamily.unix);
  address.set(text, 2);
  return address;
}
