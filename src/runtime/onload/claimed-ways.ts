/** The ways of a process to the node's interfaces, by one provider; each is opened when it is first wanted. */
import type { UserLevelProvider } from '../../sockets/transport-hierarchy.ts';
import type { WireWatcher } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import type { PortClaim } from '../lease-filter.ts';
import { ownAddresses } from '../own/own-addresses.ts';
import type { OwnStack } from '../own/own-stack.ts';
import { type ClaimedPort, concerns, type ProcessWires } from '../own/process-wires.ts';
import { openWay, type Way, type WayInterface } from './way.ts';

export interface ClaimedWaysOptions {
  readonly provider: UserLevelProvider;
  readonly loop: KernelLoop;
  readonly stack: OwnStack;
  /** One for each interface. */
  readonly watcherAt: ((interfaceName: string) => WireWatcher) | undefined;
}

export class ClaimedWays implements ProcessWires {
  readonly #options: ClaimedWaysOptions;
  readonly #claims = new Map<number, ClaimedPort>();
  /** By the machine's number of the interface. */
  readonly #ways = new Map<number, Way>();
  readonly #refused = new Map<number, string>();

  constructor(options: ClaimedWaysOptions) {
    this.#options = options;
  }

  /** Undefined: it is open. In the namespace of this thread. */
  whyNot(index: number, at: WayInterface): string | undefined {
    if (this.#ways.has(index)) return undefined;
    const refused = this.#refused.get(index);
    if (refused !== undefined) return refused;
    const { provider, loop, stack, watcherAt } = this.#options;
    const way = openWay(provider, loop, at);
    if ('why' in way) {
      this.#refused.set(index, way.why);
      return way.why;
    }
    this.#ways.set(index, way);
    way.ports.setOwn(ownAddresses(stack.machine));
    stack.plugWire(index, (events) => way.openWire(events, watcherAt?.(at.name)));
    for (const one of this.#claims.values()) if (concerns(one, index)) way.ports.claim(one.claim);
    return undefined;
  }

  claim(lease: number, claim: PortClaim, interfaceIndex: number | undefined): void {
    const claimed = { claim, interfaceIndex };
    this.#claims.set(lease, claimed);
    for (const [index, way] of this.#ways) if (concerns(claimed, index)) way.ports.claim(claim);
  }

  unclaim(lease: number): void {
    const claimed = this.#claims.get(lease);
    if (claimed === undefined) return;
    this.#claims.delete(lease);
    for (const [index, way] of this.#ways) {
      if (concerns(claimed, index)) way.ports.unclaim(claimed.claim);
    }
  }

  addressesChanged(): void {
    const own = ownAddresses(this.#options.stack.machine);
    for (const way of this.#ways.values()) way.ports.setOwn(own);
  }

  /** After the stack has closed its wires. */
  close(): void {
    for (const way of this.#ways.values()) way[Symbol.dispose]();
    this.#ways.clear();
  }
}
