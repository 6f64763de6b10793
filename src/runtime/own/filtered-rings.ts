/** The rings of a process on a node of ours: opened with its first port, filtered to all that it has. */
import { claimFilter, type PortClaim } from '../lease-filter.ts';
import { ownAddresses } from './own-addresses.ts';
import type { OwnStack } from './own-stack.ts';
import type { ProcessStackOptions, ProcessWires } from './process-stack.ts';

interface Claimed {
  readonly claim: PortClaim;
  readonly interfaceIndex: number | undefined;
}

export function filteredRings(stack: OwnStack, options: ProcessStackOptions): ProcessWires {
  return new FilteredRings(stack, options);
}

class FilteredRings implements ProcessWires {
  readonly #stack: OwnStack;
  readonly #options: ProcessStackOptions;
  readonly #claims = new Map<number, Claimed>();
  #isPlugged = false;

  constructor(stack: OwnStack, options: ProcessStackOptions) {
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
      .filter((one) => one.interfaceIndex === undefined || one.interfaceIndex === index)
      .map(({ claim }) => claim);
    return claimFilter({ claims, own: ownAddresses(this.#stack.machine), claimed: 'pass' });
  }
}
