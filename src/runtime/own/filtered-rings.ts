/** The rings of a process on a node of ours: opened with its first port, filtered to all that it has. */
import { claimFilter, type PortClaim } from '../lease-filter.ts';
import type { DaemonLink } from './daemon-link.ts';
import { ownAddresses } from './own-addresses.ts';
import type { OwnStack } from './own-stack.ts';
import { type ClaimedPort, concerns, type ProcessWires } from './process-wires.ts';

export interface FilteredRingsOptions {
  /** The interfaces of the node, as the kernel numbers them. */
  readonly link: Pick<DaemonLink, 'standing'>;
  /** Does something in the namespace of the node. */
  readonly inNamespace: <T>(action: () => T) => T;
}

export class FilteredRings implements ProcessWires {
  readonly #stack: OwnStack;
  readonly #options: FilteredRingsOptions;
  readonly #claims = new Map<number, ClaimedPort>();
  #isPlugged = false;

  constructor(stack: OwnStack, options: FilteredRingsOptions) {
    this.#stack = stack;
    this.#options = options;
  }

  claim(lease: number, claim: PortClaim, interfaceIndex: number | undefined): void {
    this.#claims.set(lease, { claim, interfaceIndex });
    this.#refilter();
  }

  unclaim(lease: number): void {
    this.#claims.delete(lease);
    this.#refilter();
  }

  addressesChanged(): void {
    this.#refilter();
  }

  #refilter(): void {
    if (!this.#isPlugged && this.#claims.size === 0) return;
    const { link, inNamespace } = this.#options;
    for (const [index, info] of link.standing.interfaces.entries()) {
      const filter = this.#filterOf(index);
      if (this.#isPlugged) this.#stack.setFilter(index, filter);
      else inNamespace(() => this.#stack.plug(index, info.index, filter));
    }
    this.#isPlugged = true;
  }

  #filterOf(index: number) {
    const claims = [...this.#claims.values()]
      .filter((one) => concerns(one, index))
      .map(({ claim }) => claim);
    return claimFilter({ claims, own: ownAddresses(this.#stack.machine), claimed: 'pass' });
  }
}
