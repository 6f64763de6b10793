/** The links as they are now, asked for again only where the kernel has told of a change since. */
import { waitReadable } from '../../linux/descriptor.ts';
import { RouteSocket, routeGroup } from '../../linux/route-socket.ts';
import { type KernelLink, listLiveLinks } from './link-names.ts';

export class KnownLinks implements Disposable {
  readonly #route = new RouteSocket();
  /** Opened before the first look: nothing comes in between. */
  readonly #events = new RouteSocket(
    routeGroup.links |
      routeGroup.ipv4Addresses |
      routeGroup.ipv6Addresses |
      routeGroup.ipv4Routes |
      routeGroup.ipv6Routes,
  );
  #known: readonly KernelLink[] | undefined;

  get live(): readonly KernelLink[] {
    if (waitReadable(this.#events.fd, 0)) {
      this.#events.drain();
      this.#known = undefined;
    }
    this.#known ??= listLiveLinks(this.#route);
    return this.#known;
  }

  [Symbol.dispose](): void {
    this.#events[Symbol.dispose]();
    this.#route[Symbol.dispose]();
  }
}
