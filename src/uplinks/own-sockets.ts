/**
 * Sockets of our own stack. What the stack knows of a socket is its description; a change replaces the source
 * address in it, and what the socket sends from then on has that address. A living TCP connection keeps its own,
 * which its peer knows; one of MPTCP goes over to its subflow on the link.
 */
import { type Endpoint, type Family, formatEndpoint, type Ip } from '../base/address.ts';
import type { DatagramEvents, DatagramSocket, Host, SendOutcome } from '../host/host.ts';
import type { Stream, StreamEvents, StreamSettings } from '../host/stream.ts';
import type { Change } from './change-message.ts';
import { addressesOf } from './manager.ts';
import type { LiveLink } from './manager-state.ts';
import { chooseOwnMechanism } from './mechanisms.ts';
import { noEndpoint } from './outcome-message.ts';
import type {
  KnownSocket,
  SocketIdentity,
  SocketProtocol,
  SocketStanding,
} from './socket-identity.ts';
import { formatSocket } from './socket-identity.ts';
import type { Applied, StackGround } from './stack-side.ts';

interface Description {
  readonly identity: SocketIdentity;
  standing: SocketStanding;
  local: Endpoint;
  remote: Endpoint | undefined;
  stream: Stream | undefined;
}

export class OwnSockets implements StackGround<Description> {
  readonly #host: Host;
  readonly #links: () => readonly LiveLink[];
  readonly #descriptions = new Map<number, Description>();
  #next = 1;

  /** `links`: those that are up now. */
  constructor(host: Host, links: () => readonly LiveLink[]) {
    this.#host = host;
    this.#links = links;
  }

  /** Sends from `source` until its description says otherwise. */
  openDatagram(source: Ip, family: Family, events: DatagramEvents): OwnDatagram {
    const socket = this.#host.openDatagramSocket({ family }, events);
    const description = this.#describe('udp', family, { address: source, port: socket.local.port });
    return new OwnDatagram(description, socket, () => this.#forget(description));
  }

  /** Not connected yet: where it will connect from may still change. */
  prepareStream(source: Ip, family: Family, settings: StreamSettings = {}): OwnStream {
    const description = this.#describe('tcp', family, { address: source, port: 0 });
    return new OwnStream(description, this.#host, settings);
  }

  /** As a manager learns of them. */
  list(): KnownSocket[] {
    return [...this.#descriptions.values()].map((description) => {
      const { identity, standing, local, remote = noEndpoint } = description;
      const subflowAddresses = carryingPaths(description).map((path) => path.local.address);
      const figures = { sentBytes: undefined, receivedBytes: undefined, mark: 0 };
      return { identity, standing, local, remote, ...figures, subflowAddresses };
    });
  }

  /** One line for each description, as a dump shows it. */
  dump(): string[] {
    return [...this.#descriptions.values()].map(({ identity, standing, local }) => {
      return `${formatSocket(identity)} ${standing} from ${formatEndpoint(local)}`;
    });
  }

  isOurs(address: Ip): boolean {
    return this.#links().some((link) => addressesOf(link).includes(address));
  }

  findHere({ cookie, inode }: SocketIdentity): Description | undefined {
    const found = this.#descriptions.get(cookie);
    return found?.identity.inode === inode ? found : undefined;
  }

  /** This stack is of one process. */
  otherProcesses(): Iterable<number> {
    return [];
  }

  findIn(): undefined {
    return undefined;
  }

  apply(description: Description, { action, address, socket }: Change): Applied {
    const { standing, local: before } = description;
    const facts = { protocol: socket.protocol, standing, hasOwnAddress: true } as const;
    const mechanism = chooseOwnMechanism({ ...facts, hasOwnPort: true });
    if (action === 'reset') {
      description.stream?.abort();
      return { result: 'reset', mechanism: undefined, before, after: before };
    }
    if (mechanism === 'own-tcp-established') return this.#movePaths(description, address);
    description.local = { ...before, address };
    return { result: 'moved', mechanism, before, after: description.local };
  }

  release(): void {}

  /** Where its peer speaks MPTCP, other links carry only while the chosen one does not: RFC 8684 3.3.8, MP_PRIO. */
  #movePaths({ stream, local: before }: Description, address: Ip): Applied {
    const paths = stream?.paths?.() ?? [];
    const kept = { result: 'untouched', before, after: before } as const;
    if (paths.length === 0) return { ...kept, mechanism: 'own-tcp-established' };
    const there = paths.find(({ local, health }) => local.address === address && health === 'good');
    if (there === undefined) return { ...kept, mechanism: 'own-mptcp' };
    const carried = paths.find(({ isBackup }) => !isBackup)?.local ?? before;
    for (const { local } of paths) {
      stream!.setBackup?.(this.#linkOf(local.address), local.address !== address);
    }
    return { result: 'moved', mechanism: 'own-mptcp', before: carried, after: there.local };
  }

  #linkOf(address: Ip): string {
    return this.#links().find((link) => addressesOf(link).includes(address))?.name ?? '';
  }

  #describe(protocol: SocketProtocol, family: Family, local: Endpoint): Description {
    const number = this.#next;
    this.#next += 1;
    const identity = { family, protocol, inode: number, cookie: number };
    const description: Description = {
      ...{ identity, standing: 'unconnected', local, remote: undefined, stream: undefined },
    };
    this.#descriptions.set(number, description);
    return description;
  }

  #forget({ identity }: Description): void {
    this.#descriptions.delete(identity.cookie);
  }
}

/** None of plain TCP. */
function carryingPaths({ stream }: Description) {
  return (stream?.paths?.() ?? []).filter(({ isBackup }) => !isBackup);
}

export class OwnDatagram {
  readonly #description: Description;
  readonly #socket: DatagramSocket;
  readonly #forget: () => void;

  constructor(description: Description, socket: DatagramSocket, forget: () => void) {
    this.#description = description;
    this.#socket = socket;
    this.#forget = forget;
  }

  get identity(): SocketIdentity {
    return this.#description.identity;
  }

  /** What getsockname() says. */
  get local(): Endpoint {
    return this.#description.local;
  }

  send(payload: Uint8Array, to: Endpoint): SendOutcome {
    return this.#socket.send(payload, to, { source: this.#description.local.address });
  }

  close(): void {
    this.#socket.close();
    this.#forget();
  }
}

export class OwnStream {
  readonly #description: Description;
  readonly #host: Host;
  readonly #settings: StreamSettings;

  constructor(description: Description, host: Host, settings: StreamSettings) {
    this.#description = description;
    this.#host = host;
    this.#settings = settings;
  }

  get identity(): SocketIdentity {
    return this.#description.identity;
  }

  connect(to: Endpoint, events: StreamEvents): Stream {
    const description = this.#description;
    const source = description.local.address;
    const stream = this.#host.openStream({ ...this.#settings, to, source }, events);
    description.standing = 'connected';
    description.remote = to;
    description.stream = stream;
    return stream;
  }
}
