/**
 * Source-based routing: packets from a link's address, and packets of sockets with a link's mark, leave by that
 * link. A table of routes for each link, and the rules that lead to it; all of it bears our own protocol number.
 */
import { familyOf, type Ip } from '../../base/address.ts';
import { networkOf, parsePrefix } from '../../base/prefix.ts';
import { addRule, listRules, type PolicyRule, removeRule } from '../../linux/policy-rule.ts';
import { addRoute, listRoutesOf, type Route, removeRoute } from '../../linux/route.ts';
import { type RouteRequest, RouteSocket } from '../../linux/route-socket.ts';
import { errno, SystemCallError } from '../../linux/system-call.ts';
import { addressesOf } from '../manager.ts';
import { gatewayOf, isDefault, type KernelLink, sameLink } from './link-names.ts';

/** RTPROT_*: none that linux/rtnetlink.h knows. */
export const ourProtocol = 114;
const firstTable = 21_000;
const markPriority = 20_900;
const sourcePriority = 21_000;
/** Above it the index of a link: what a mark of ours is made of. */
const markHead = 0x5257_0000;
const everywhere = ['0.0.0.0/0', '::/0'].map((text) => parsePrefix(text)!);

export function markOf(linkIndex: number): number {
  return markHead + linkIndex;
}

export function isOurMark(mark: number): boolean {
  return mark >= markHead && mark < markHead + 0x1_0000;
}

export class LinkRouting implements Disposable {
  readonly #socket: RouteSocket;
  readonly #standing = new Map<number, KernelLink>();

  /** In the namespace of this thread. */
  constructor() {
    this.#socket = new RouteSocket();
    removeOurs(this.#socket);
  }

  /** Packets of this link's address, or with its mark, leave by it from now on. */
  ensure(link: KernelLink): void {
    const before = this.#standing.get(link.index);
    if (before !== undefined && sameLink(before, link)) return;
    if (before !== undefined) this.remove(link.index);
    this.#standing.set(link.index, link);
    const table = firstTable + link.index;
    this.#socket.apply([...routesFor(link, table).map(addRoute), ...rulesFor(link).map(addRule)]);
  }

  remove(linkIndex: number): void {
    const link = this.#standing.get(linkIndex);
    if (link === undefined) return;
    this.#standing.delete(linkIndex);
    applyEach(this.#socket, rulesFor(link).map(removeRule));
    const routes = listRoutesOf(this.#socket, ourProtocol);
    const mine = routes.filter(({ table }) => table === firstTable + linkIndex);
    applyEach(this.#socket, mine.map(removeRoute));
  }

  [Symbol.dispose](): void {
    removeOurs(this.#socket);
    this.#socket[Symbol.dispose]();
  }
}

/** Rules and routes with our protocol number, of all tables; how many went. What somebody else made stays. */
export function removeOurs(socket: RouteSocket): { rules: number; routes: number } {
  const rules = applyEach(socket, listRules(socket, ourProtocol).map(removeRule));
  const routes = applyEach(socket, listRoutesOf(socket, ourProtocol).map(removeRoute));
  return { rules, routes };
}

function rulesFor(link: KernelLink): PolicyRule[] {
  const { index } = link;
  const common = { table: firstTable + index, protocol: ourProtocol } as const;
  return addressesOf(link).flatMap((source) => {
    const family = familyOf(source);
    return [
      { ...common, family, priority: markPriority, mark: markOf(index) },
      { ...common, family, priority: sourcePriority, source },
    ];
  });
}

/** What the main table has by this link; a link without a gateway leads to neighbours, as tunnels and modems do. */
function routesFor(link: KernelLink, table: number): Route[] {
  const common = { linkIndex: link.index, table, protocol: ourProtocol } as const;
  const near = link.prefixes.map((prefix) => ({ ...common, destination: networkOf(prefix) }));
  const far = link.routes
    .filter((route) => !isDefault(route) && route.gateway !== undefined)
    .map(({ destination, gateway }) => ({ ...common, destination, gateway: gateway! }));
  const rest = everywhere
    .filter(({ address }) => addressesOf(link).some((one) => familyOf(one) === familyOf(address)))
    .map((destination) => {
      const gateway = gatewayOf(link, familyOf(destination.address));
      const source = addressesOf(link).find(
        (one) => familyOf(one) === familyOf(destination.address),
      ) as Ip;
      return { ...common, destination, source, ...(gateway !== undefined && { gateway }) };
    });
  return [...near, ...far, ...rest];
}

/** What is gone already, with its link mostly, is as good. How many were there. */
function applyEach(socket: RouteSocket, requests: readonly RouteRequest[]): number {
  const gone = [errno.ESRCH, errno.ENOENT, errno.ENODEV];
  let applied = 0;
  for (const request of requests) {
    try {
      socket.apply([request]);
      applied += 1;
    } catch (error) {
      if (!(error instanceof SystemCallError) || !gone.includes(error.errno)) throw error;
    }
  }
  return applied;
}
