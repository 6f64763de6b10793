/** A virtual interface of the node, with a program of this process on its other side. */
import type { VirtualInterface, VirtualInterfaceEvents } from '../../host/host.ts';
import { ownerOf } from '../../ip/destinations.ts';
import { addressIn } from '../../ip/packet-address.ts';
import { readVirtioHeader, virtioHeaderBytes } from '../../linux/tun.ts';
import { completeChecksum } from '../complete-checksum.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { SegmentJoiner } from '../segment-joiner.ts';
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
  readonly #joiner = new SegmentJoiner();
  /** In order; what is being joined comes behind it. */
  readonly #ready: Uint8Array[] = [];
  #isFlushDue = false;
  #isClosed = false;

  constructor(owner: VirtualInterfaceOwner, name: string, events: VirtualInterfaceEvents) {
    this.#owner = owner;
    this.name = name;
    this.#events = events;
  }

  /** Applications are in another process, and each message to it costs: what follows on each other goes as one. */
  inject(packet: Uint8Array): 'accepted' | 'closed' {
    if (this.#isClosed) return 'closed';
    if (!this.#join(packet)) {
      this.#endJoined();
      if (!this.#join(packet)) this.#ready.push(packet.slice());
    }
    this.#flushSoon();
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

  /** Only what stays on this node may be larger than its links. */
  #join(packet: Uint8Array): boolean {
    if (this.#joiner.isEmpty && !this.#isForThisNode(packet)) return false;
    return this.#joiner.take(packet);
  }

  #isForThisNode(packet: Uint8Array): boolean {
    const destination = addressIn(packet, 'destination');
    return this.#owner.stack.run((machine) => ownerOf(machine, destination) !== undefined);
  }

  /** Not now: a call of the program's is under way, which is to hear of nothing meanwhile. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    const { loop } = this.#owner;
    if (loop.isInStep) loop.atStepEnd(this.#flush);
    else loop.after(0, this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushDue = false;
    this.#endJoined();
    for (const packet of this.#ready.splice(0))
      if (!this.#isClosed) this.#owner.stack.inject(this.name, packet);
  };

  /** With the checksum that a wire wants. */
  #endJoined(): void {
    if (this.#joiner.isEmpty) return;
    const whole = this.#joiner.finish().slice();
    const header = readVirtioHeader(whole, 0);
    const packet = whole.subarray(virtioHeaderBytes);
    if (header.needsChecksum) completeChecksum(packet, header);
    this.#ready.push(packet);
  }
}
