/**
 * The connection manager of applications on our own stack: the same machine as a kernel's, and what it and the stack
 * side say to each other are the same bytes. Which application a socket is of, it is told.
 */
import { type Ip, isIpv4, isLinkLocal } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Host, Subscription } from '../host/host.ts';
import { emitChange, nobody, parseChange } from './change-message.ts';
import { answer, hearOutcome, learnLinks, learnSockets } from './manager.ts';
import {
  createManager,
  type HeldSocket,
  type LiveLink,
  type ManagerOptions,
  type ManagerSink,
  type ManagerState,
  type Refusal,
} from './manager-state.ts';
import { emitOutcome, parseOutcome } from './outcome-message.ts';
import { OwnSockets } from './own-sockets.ts';
import type { SocketIdentity } from './socket-identity.ts';
import { handleChange } from './stack-side.ts';

export class OwnManager {
  readonly sockets: OwnSockets;
  readonly #host: Host;
  readonly #state: ManagerState;
  readonly #subscription: Subscription;
  /** By cookie. */
  readonly #applications = new Map<number, string>();

  constructor(host: Host, options: ManagerOptions = {}) {
    this.#host = host;
    this.#state = createManager(options);
    this.sockets = new OwnSockets(host, () => this.#state.links);
    this.#lookAtLinks();
    this.#subscription = host.interfaces.onChange(() => this.#lookAtLinks());
  }

  close(): void {
    this.#subscription.close();
  }

  get links(): readonly LiveLink[] {
    return this.#state.links;
  }

  /** Its later sockets begin there; undefined: nobody said where. */
  linkOf(application: string): string | undefined {
    return this.#state.applications.get(application)?.link;
  }

  learn(application: string, { cookie }: SocketIdentity): void {
    this.#applications.set(cookie, application);
    this.#look();
  }

  /** By a user, for all sockets of the application. */
  use(application: string, link: string): Refusal | undefined {
    this.#look();
    return answer(this.#state, application, link, this.#sink);
  }

  readonly #sink: ManagerSink = {
    prompt: () => undefined,
    steer: () => undefined,
    linkGone: () => undefined,
    keep: () => undefined,
    record: (kind, fields) => this.#host.records.record(kind, fields),
    change: (order, { socket }, address, action) => {
      const common = { kind: 'change', order, action, address, holder: nobody } as const;
      this.#tell(emitChange({ ...common, socket: socket.identity }));
    },
  };

  #tell(bytes: Uint8Array): void {
    const change = parseChange(bytes);
    if ('malformed' in change) {
      const message = `a change of ours can't be read again: ${change.malformed}`;
      throw new FaultError({ code: 'unreadable-change', message });
    }
    const said = parseOutcome(emitOutcome(handleChange(this.sockets, change, this.#host.records)));
    if (!('malformed' in said)) hearOutcome(this.#state, said);
  }

  #look(): void {
    const seen = new Map<string, HeldSocket[]>();
    for (const socket of this.sockets.list()) {
      const name = this.#applications.get(socket.identity.cookie);
      if (name === undefined) continue;
      seen.set(name, [...(seen.get(name) ?? []), { socket, holder: nobody }]);
    }
    const applications = [...seen].map(([name, sockets]) => ({ name, names: [name], sockets }));
    learnSockets(this.#state, applications, this.#sink);
  }

  #lookAtLinks(): void {
    learnLinks(this.#state, liveLinksOf(this.#host), this.#sink);
  }
}

function liveLinksOf({ interfaces }: Host): LiveLink[] {
  return interfaces
    .list()
    .filter(({ up, addresses }) => up && addresses.length > 0)
    .map(({ name, addresses }) => {
      const own: Ip[] = addresses.map(({ address }) => address);
      const ipv4 = own.find((address) => isIpv4(address));
      const ipv6 = own.find((address) => !isIpv4(address) && !isLinkLocal(address));
      return { name, ipv4, ipv6 } as LiveLink;
    });
}
