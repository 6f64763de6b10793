/** UDP sockets of the host contract, on a port that is leased. */
import type { Endpoint } from '../../base/address.ts';
import { familyOf, formatIp } from '../../base/address.ts';
import { FaultError } from '../../base/errors.ts';
import type {
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  PathError,
  SendOptions,
  SendOutcome,
} from '../../host/host.ts';
import type { ArrivedWhole } from './messages.ts';
import type { ProcessStack, SocketListener } from './process-stack.ts';

/** What a socket, a frame port or a virtual interface needs of the host that opened it. */
export interface OwnHostParts {
  readonly node: string;
  readonly stack: ProcessStack;
  /** Told by what has closed itself. */
  forget(closed: { close(): void }): void;
}

export function openDatagramSocket(
  host: OwnHostParts,
  options: DatagramOptions,
  events: DatagramEvents,
): DatagramSocket {
  const { family, address, port = 0, interface: name } = options;
  if (address !== undefined && familyOf(address) !== family) {
    throw new FaultError({
      code: 'not-our-address',
      message: `${host.node} can't bind ${formatIp(address)} for IPv${family}`,
    });
  }
  return new OwnDatagramSocket(host, { family, address, port, interface: name }, events);
}

class OwnDatagramSocket implements DatagramSocket, SocketListener {
  readonly local: Endpoint;
  readonly #host: OwnHostParts;
  readonly #events: DatagramEvents;
  readonly #lease: number;
  #isClosed = false;

  constructor(
    host: OwnHostParts,
    wish: Pick<DatagramOptions, 'family'> & {
      address: DatagramOptions['address'] | undefined;
      port: number;
      interface: string | undefined;
    },
    events: DatagramEvents,
  ) {
    this.#host = host;
    this.#events = events;
    const taken = host.stack.bind({ protocol: 'udp', takes: 'datagrams', ...wish }, this);
    this.#lease = taken.lease;
    this.local = taken.local;
  }

  send(payload: Uint8Array, to: Endpoint, options: SendOptions = {}): SendOutcome {
    if (this.#isClosed) return 'closed';
    return this.#host.stack.send(this.#lease, payload, to, options);
  }

  datagram(arrived: ArrivedWhole, payload: Uint8Array): void {
    const { from, to, interface: name, ttl } = arrived;
    if (!this.#isClosed) this.#events.received({ from, to, interface: name, ttl, payload });
  }

  pathError(error: PathError): void {
    if (!this.#isClosed) this.#events.pathError?.(error);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#host.stack.release(this.#lease);
    this.#host.forget(this);
  }
}
