/**
 * The rings on a node of ours, which see the frames of claimed ports: of a process, its own; of the daemon,
 * all but what processes have.
 */
import type { PortClaim } from '../lease-filter.ts';
import { openPortGate, type PortGate } from '../port-gate.ts';
import { ownAddresses } from './own-addresses.ts';
import type { OwnStack } from './own-stack.ts';
import { type ClaimedPort, concerns, type ProcessWires } from './process-wires.ts';

export interface FilteredRingsOptions {
  /** The interfaces of the node, as the kernel numbers them, in the order of the machine. */
  readonly devices: () => readonly number[];
  /** Does something in the namespace of the node. */
  readonly inNamespace: <T>(action: () => T) => T;
  /** What becomes of the frames of claimed ports; all others have the other fate. */
  readonly claimed: 'pass' | 'stop';
}

export class FilteredRings implements ProcessWires {
  readonly #stack: OwnStack;
  readonly #options: FilteredRingsOptions;
  readonly #claims = new Map<number, ClaimedPort>();
  /** By the machine's number of the interface. */
  readonly #gates: PortGate[] = [];

  constructor(stack: OwnStack, options: FilteredRingsOptions) {
    this.#stack = stack;
    this.#options = options;
  }

  /** Every interface gets its ring; the first claim does so too. */
  plug(): void {
    const { devices, inNamespace } = this.#options;
    if (this.#gates.length > 0) return;
    for (const [index, device] of devices().entries()) {
      const gate = this.#openGate(index);
      this.#gates[index] = gate;
      inNamespace(() => this.#stack.plug(index, device, gate.filter));
    }
  }

  /** How many ports there may be in all. */
  get mostClaims(): number {
    return Math.min(...this.#gates.map((gate) => gate.mostClaims));
  }

  claim(lease: number, claim: PortClaim, interfaceIndex: number | undefined): void {
    this.plug();
    const claimed = { claim, interfaceIndex };
    for (const gate of this.#gatesOf(claimed)) gate.claim(claim);
    this.#claims.set(lease, claimed);
  }

  unclaim(lease: number): void {
    const claimed = this.#claims.get(lease);
    if (claimed === undefined) return;
    this.#claims.delete(lease);
    for (const gate of this.#gatesOf(claimed)) gate.unclaim(claimed.claim);
  }

  addressesChanged(): void {
    const own = ownAddresses(this.#stack.machine);
    for (const gate of this.#gates) gate.setOwn(own);
  }

  /** After the stack has closed its wires. */
  close(): void {
    for (const gate of this.#gates.splice(0)) gate.close();
  }

  #openGate(index: number): PortGate {
    const { claimed } = this.#options;
    const refilter: Parameters<typeof openPortGate>[0]['refilter'] = (filter) =>
      this.#stack.setFilter(index, filter);
    const gate = openPortGate({ claimed, refilter });
    gate.setOwn(ownAddresses(this.#stack.machine));
    return gate;
  }

  #gatesOf(claimed: ClaimedPort): PortGate[] {
    return this.#gates.filter((_, index) => concerns(claimed, index));
  }
}
