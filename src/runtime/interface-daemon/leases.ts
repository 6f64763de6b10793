/** Which ports of the node are whose: UDP ports are sockets of the machine, TCP ports stand beside. */
import type { Endpoint, Ip } from '../../base/address.ts';
import { isUnspecified } from '../../base/address.ts';
import {
  bindDatagramSocket,
  closeDatagramSocket,
  findReceiver,
} from '../../ip/datagram-sockets.ts';
import { createSocketTable } from '../../ip/socket-table.ts';
import type { IpMachine } from '../../ip/state.ts';
import type { PortClaim } from '../lease-filter.ts';
import type { LeaseRefusal, LeaseWish } from '../own/messages.ts';
import type { ProcessWires } from '../own/process-wires.ts';

export interface GivenLease<Owner> {
  readonly owner: Owner;
  readonly wish: LeaseWish;
  readonly local: Endpoint;
  readonly interfaceIndex: number | undefined;
}

/** What is told which frames are a process's and no more the daemon's. */
export type LeaseWires = Pick<ProcessWires, 'claim' | 'unclaim'> & { readonly mostClaims: number };

export class LeaseTable<Owner> {
  readonly #machine: IpMachine;
  /** The same node and addresses, and ports of their own. */
  readonly #tcp: IpMachine;
  readonly #leases = new Map<number, GivenLease<Owner>>();
  readonly #wires: LeaseWires;
  #next = 0;

  constructor(machine: IpMachine, wires: LeaseWires) {
    this.#machine = machine;
    this.#wires = wires;
    this.#tcp = { ...machine, sockets: createSocketTable() };
  }

  /** The lease's number, which is the token of its socket; or why there is none. */
  take(owner: Owner, wish: LeaseWish): { lease: number; local: Endpoint } | LeaseRefusal {
    const interfaceIndex = this.#indexOf(wish.interface);
    if (interfaceIndex === null) return 'no-such-interface';
    if (this.#leases.size >= this.#wires.mostClaims) return 'too-many-leases';
    const lease = this.#next;
    const { family, address, port } = wish;
    const bound = bindDatagramSocket(this.#machineFor(wish.protocol), lease, {
      ...{ family, address, port, interfaceIndex },
    });
    if (bound.kind !== 'bound') return bound.kind;
    this.#next += 1;
    this.#leases.set(lease, { owner, wish, local: bound.local, interfaceIndex });
    this.#wires.claim(lease, claimOf(wish, bound.local), interfaceIndex);
    return { lease, local: bound.local };
  }

  /** Of somebody else, or of nobody: nothing happens. */
  release(owner: Owner, lease: number): void {
    const given = this.#leases.get(lease);
    if (given?.owner !== owner) return;
    this.#leases.delete(lease);
    this.#wires.unclaim(lease);
    closeDatagramSocket(this.#machineFor(given.wish.protocol), lease);
  }

  releaseAllOf(owner: Owner): void {
    for (const [lease, given] of [...this.#leases]) {
      if (given.owner === owner) this.release(owner, lease);
    }
  }

  find(lease: number): GivenLease<Owner> | undefined {
    return this.#leases.get(lease);
  }

  /** Who has the port. */
  tcpOwner(address: Ip, port: number, interfaceIndex: number): Owner | undefined {
    const family = typeof address === 'number' ? 4 : 6;
    const found = findReceiver(this.#tcp, family, port, address, interfaceIndex);
    return found === undefined ? undefined : this.#leases.get(found.token)?.owner;
  }

  /** Null: there is none of that name. */
  #indexOf(name: string | undefined): number | undefined | null {
    if (name === undefined) return undefined;
    return this.#machine.interfaces.find((one) => one?.name === name)?.index ?? null;
  }

  #machineFor(protocol: 'udp' | 'tcp'): IpMachine {
    return protocol === 'udp' ? this.#machine : this.#tcp;
  }
}

function claimOf({ protocol, family }: LeaseWish, { address, port }: Endpoint): PortClaim {
  return { protocol, port, family, ...(!isUnspecified(address) && { address }) };
}
