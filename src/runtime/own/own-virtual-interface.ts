/** A virtual interface of the node, with a program of this process on its other side. */
import type { VirtualInterface, VirtualInterfaceEvents } from '../../host/host.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import type { ProcessStack } from './process-stack.ts';

export interface VirtualInterfaceOwner {
  readonly loop: KernelLoop;
  readonly stack: ProcessStack;
  forget(closed: { close(): void }): void;
  removeVirtual(name: string): void;
}

export class OwnVirtualInterface implements VirtualInterface {
  readonly name: string;
  readonly #owner: VirtualInterfaceOwner;
  readonly #events: VirtualInterfaceEvents;
  #isClosed = false;

  constructor(owner: VirtualInterfaceOwner, name: string, events: VirtualInterfaceEvents) {
    this.#owner = owner;
    this.name = name;
    this.#events = events;
  }

  inject(packet: Uint8Array): 'accepted' | 'closed' {
    if (this.#isClosed) return 'closed';
    const copy = packet.slice();
    this.#owner.loop.after(0, () => {
      if (!this.#isClosed) this.#owner.stack.inject(this.name, copy);
    });
    return 'accepted';
  }

  /** Inside no call of the program's. */
  deliver(packet: Uint8Array): void {
    if (!this.#isClosed) this.#events.packet(packet);
  }

  deliverSoon(packet: Uint8Array): void {
    const copy = packet.slice();
    this.#owner.loop.after(0, () => this.deliver(copy));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#owner.removeVirtual(this.name);
    this.#owner.forget(this);
  }
}
