/** A socket of an application, as C would use it. */
import { type Endpoint, type Family, parseIp } from '../../base/address.ts';
import { closeDescriptor, waitReadable } from '../../linux/descriptor.ts';
import { bindSocket, localEndpoint, openSocket } from '../../linux/socket.ts';
import {
  addressFamily,
  socketAddressBytes,
  writeSocketAddress,
} from '../../linux/socket-address.ts';
import { receiveStream, sendStream, startConnecting } from '../../linux/stream-socket.ts';
import { bindCall } from '../../linux/system-call.ts';
import { farAddresses, farPorts } from './testing-addresses.ts';
import type { TestTerminal } from './testing-terminal.ts';

const sendToCall = bindCall('sendto', 'long', ['int', 'bytes', 'size', 'int', 'bytes', 'int']);
const patienceMs = 10_000;
const protocols = { udp: 0, tcp: 0, mptcp: 262 } as const;

export interface TestSocketOptions {
  readonly protocol: 'udp' | 'tcp' | 'mptcp';
  readonly family: Family;
  readonly bound?: Endpoint;
  readonly unconnected?: boolean;
}

export class TestSocket implements Disposable {
  readonly fd: number;
  readonly #to: Endpoint;
  readonly #isConnected: boolean;

  constructor(terminal: TestTerminal, options: TestSocketOptions) {
    const { protocol, family, bound, unconnected = false } = options;
    const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    const kind = protocol === 'udp' ? 'datagram' : 'stream';
    this.fd = terminal.within(() => openSocket(number, kind, protocols[protocol]));
    this.#to = { address: farAddresses[family], port: farPorts[protocol] };
    this.#isConnected = !unconnected;
    if (bound !== undefined) bindSocket(this.fd, bound);
    if (!unconnected) startConnecting(this.fd, this.#to);
  }

  get local(): Endpoint {
    return localEndpoint(this.fd);
  }

  /** What the far machine saw it come from; undefined: it heard no answer. */
  ask(waitMs = patienceMs): Endpoint | undefined {
    return this.say() ? this.hear(waitMs) : undefined;
  }

  /** The answer to what was said. */
  hear(waitMs = patienceMs): Endpoint | undefined {
    if (!waitReadable(this.fd, waitMs)) return undefined;
    const room = new Uint8Array(256);
    const length = receiveStream(this.fd, room);
    if (length <= 0) return undefined;
    const [address, port] = new TextDecoder().decode(room.subarray(0, length)).trim().split(' ');
    return { address: parseIp(address!)!, port: Number(port) };
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
  }

  /** False: it could not be sent. */
  say(): boolean {
    const words = new TextEncoder().encode('who am I\n');
    if (this.#isConnected) return this.#sendConnected(words);
    const name = new Uint8Array(socketAddressBytes);
    const length = writeSocketAddress(name, 0, this.#to);
    return sendToCall(this.fd, words, words.length, 0, name, length) >= 0;
  }

  /** A stream may be connecting still. */
  #sendConnected(words: Uint8Array): boolean {
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 2) {
      const sent = sendStream(this.fd, words);
      if (sent >= 0) return true;
      if (sent !== -11) return false;
      Atomics.wait(never, 0, 0, 2);
    }
    return false;
  }
}
