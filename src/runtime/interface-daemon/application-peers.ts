/**
 * By which of the node's addresses each peer of its applications knows it. Who has spoken to one address
 * is answered from there, and goes on being spoken to from there while that interface is up: a node with
 * several links would else change its address under a connection.
 */
import type { Ip } from '../../base/address.ts';

/** Those of whom nothing was heard for longest are forgotten first. */
const mostPeers = 4_096;

export class ApplicationPeers {
  readonly #ownAddresses = new Map<Ip, Ip>();

  note(peer: Ip, own: Ip): void {
    this.#ownAddresses.delete(peer);
    this.#ownAddresses.set(peer, own);
    if (this.#ownAddresses.size <= mostPeers) return;
    const [oldest] = this.#ownAddresses.keys();
    this.#ownAddresses.delete(oldest!);
  }

  find(peer: Ip): Ip | undefined {
    return this.#ownAddresses.get(peer);
  }

  forget(peer: Ip): void {
    this.#ownAddresses.delete(peer);
  }
}
