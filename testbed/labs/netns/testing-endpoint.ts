/** A UDP socket on a node of a rig, for tests: what it is sent shows who was seen as the sender. */
import { type Endpoint, formatEndpoint, parseIp } from '../../../src/base/address.ts';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { MessageBatch } from '../../../src/linux/message-batch.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { bindSocket, openSocket } from '../../../src/linux/socket.ts';
import { addressFamily } from '../../../src/linux/socket-address.ts';
import type { TestRig } from '../ground/testing-rig.ts';

/** So long what comes nowhere is waited for. */
const silenceMs = 300;
/** So long what has to come: a busy machine is late by any time. */
export const patienceMs = 10_000;

export class TestEndpoint implements Disposable {
  readonly local: Endpoint;
  readonly #fd: number;
  readonly #batch = new MessageBatch(1, 64);

  constructor(rig: TestRig, node: string, address: string, port: number) {
    using namespace = NetworkNamespace.open(rig.standing.namespacePathOf(node));
    this.#fd = runInNamespace(namespace, () => openSocket(addressFamily.ipv4, 'datagram'));
    this.local = { address: parseIp(address)!, port };
    const refused = bindSocket(this.#fd, this.local);
    if (refused !== undefined)
      throw new Error(`cannot bind ${formatEndpoint(this.local)}: ${refused}`);
  }

  send(to: Endpoint): void {
    this.#batch.put(0, Uint8Array.of(1), to);
    this.#batch.sendFirst(this.#fd);
  }

  /** From whom the next datagram came; undefined: none comes. */
  hear(withinMs = silenceMs): Endpoint | undefined {
    if (!waitReadable(this.#fd, withinMs)) return undefined;
    return this.#batch.receive(this.#fd) === 1 ? this.#batch.peer(0) : undefined;
  }

  /** As whom it is seen there. */
  seenBy(other: TestEndpoint): Endpoint | undefined {
    this.send(other.local);
    return other.hear(patienceMs);
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#fd);
  }
}
