/** The kernel's end of one stream: a socket that connects, or the first that a listener accepts. */
import type { Endpoint, Family } from '../../base/address.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { cString } from '../../linux/layout.ts';
import {
  bindSocket,
  connectSocket,
  listenSocket,
  openSocket,
  setOption,
  socketOption,
} from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { acceptSocket } from '../../linux/stream-socket.ts';
import type { KernelNetwork } from './kernel-network.ts';

export interface KernelEndOptions {
  readonly family: Family;
  /** Left out: TCP. */
  readonly protocol?: number;
  readonly local?: Endpoint;
}

export class KernelEnd implements Disposable {
  /** Where it listens: the listener. */
  readonly socket: number;
  readonly #open = new Set<number>();
  #fd: number | undefined;

  constructor(network: KernelNetwork, { family, protocol, local }: KernelEndOptions) {
    const kind = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    this.socket = network.within(() => openSocket(kind, 'stream', protocol));
    this.#open.add(this.socket);
    setOption(this.socket, socketOption.reuseAddress, 1);
    setOption(this.socket, socketOption.tcpCongestion, cString('cubic'));
    if (local !== undefined) bindSocket(this.socket, local);
  }

  connect(to: Endpoint): void {
    connectSocket(this.socket, to);
    this.#fd = this.socket;
  }

  listen(): void {
    listenSocket(this.socket, 16);
  }

  /** The stream's; undefined: nobody has come yet. */
  take(): number | undefined {
    if (this.#fd === undefined) {
      this.#fd = acceptSocket(this.socket)?.fd;
      if (this.#fd !== undefined) this.#open.add(this.#fd);
    }
    return this.#fd;
  }

  /** The stream's descriptor; a listener stays. */
  close(): void {
    if (this.#fd !== undefined) this.#closeOne(this.#fd);
  }

  [Symbol.dispose](): void {
    for (const fd of [...this.#open]) this.#closeOne(fd);
  }

  #closeOne(fd: number): void {
    if (this.#open.delete(fd)) closeDescriptor(fd);
  }
}
