/**
 * Who gives out ports and answers for neighbours where the kernel has the node's addresses: the kernel. A
 * port that is leased is held by a socket of the kernel's, so that nobody else gets it. Programs at the
 * interface (`way.ts`) keep its frames from that socket.
 */
import { anyIpv4, anyIpv6, type Endpoint, type Ip } from '../../base/address.ts';
import { FaultError } from '../../base/errors.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import {
  attachFilter,
  bindSocket,
  localEndpoint,
  openSocket,
  setOption,
  socketOption,
} from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { errno, SystemCallError } from '../../linux/system-call.ts';
import type { LeaseWish, NodeStanding, ProcessNotice } from '../own/messages.ts';
import type { NodeDesk } from '../own/process-stack.ts';

const dropEverything = [{ code: 0x06, operand: 0 }];

export interface KernelDeskOptions {
  readonly node: string;
  readonly standing: NodeStanding;
  readonly findNeighbour: (interfaceName: string, address: Ip) => void;
}

export class KernelDesk implements NodeDesk {
  readonly standing: NodeStanding;
  readonly #options: KernelDeskOptions;
  readonly #held = new Map<number, number>();
  /** Ports that a socket of the application's own holds in the kernel. */
  readonly #adopted = new Set<string>();
  #next = 0;

  constructor(options: KernelDeskOptions) {
    this.standing = options.standing;
    this.#options = options;
  }

  /** A lease of this port needs nobody else to hold it. */
  adopt(protocol: 'tcp' | 'udp', port: number): { release(): void } {
    const key = `${protocol} ${port}`;
    this.#adopted.add(key);
    return { release: () => void this.#adopted.delete(key) };
  }

  lease(wish: LeaseWish): { readonly lease: number; readonly local: Endpoint } {
    const lease = this.#next;
    this.#next += 1;
    const address = wish.address ?? (wish.family === 4 ? anyIpv4 : anyIpv6);
    if (this.#adopted.has(`${wish.protocol} ${wish.port}`))
      return { lease, local: { address, port: wish.port } };
    const fd = this.#hold(wish, address);
    this.#held.set(lease, fd);
    return { lease, local: localEndpoint(fd) };
  }

  tell(notice: ProcessNotice): void {
    if (notice.kind === 'release') this.#release(notice.lease);
    if (notice.kind === 'find-neighbour')
      this.#options.findNeighbour(notice.interface, notice.address);
  }

  close(): void {
    for (const lease of [...this.#held.keys()]) this.#release(lease);
  }

  #hold(wish: LeaseWish, address: Ip): number {
    const family = wish.family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    const fd = openSocket(family, wish.protocol === 'udp' ? 'datagram' : 'stream');
    try {
      attachFilter(fd, dropEverything);
      if (wish.family === 6) setOption(fd, socketOption.ipv6Only, 1);
      const failed = bindSocket(fd, { address, port: wish.port });
      if (failed !== undefined) throw this.#refusal(failed, wish);
      return fd;
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
  }

  #release(lease: number): void {
    const fd = this.#held.get(lease);
    this.#held.delete(lease);
    if (fd !== undefined) closeDescriptor(fd);
  }

  #refusal(reason: number, { protocol, port }: LeaseWish): Error {
    const code = refusals.get(reason);
    if (code === undefined) return new SystemCallError('bind', reason, `${protocol} ${port}`);
    return new FaultError({
      code: port === 0 && code === 'address-in-use' ? 'no-free-port' : code,
      message: `${this.#options.node} does not give ${protocol} port ${port}: ${code.replaceAll('-', ' ')}`,
      hint: 'ask for another one, or see who has it: ss -lnp',
    });
  }
}

const refusals = new Map([
  [errno.EADDRINUSE, 'address-in-use'],
  [errno.EADDRNOTAVAIL, 'not-our-address'],
]);
