/** The links of a terminal that are up and can be chosen, with what its kernel knows of them. */
import {
  type Family,
  familyOf,
  type Ip,
  type Ipv4,
  type Ipv6,
  isIpv4,
  isLinkLocal,
} from '../../base/address.ts';
import { formatPrefix, type Prefix } from '../../base/prefix.ts';
import { listLinks } from '../../linux/link.ts';
import { listAddresses } from '../../linux/link-address.ts';
import { listRoutes, type Route } from '../../linux/route.ts';
import type { RouteSocket } from '../../linux/route-socket.ts';
import type { LiveLink } from '../manager-state.ts';

export interface KernelLink extends LiveLink {
  readonly index: number;
  readonly mtuBytes: number;
  readonly gateways: readonly Ip[];
  /** The routes of the main table that leave by it. */
  readonly routes: readonly Route[];
  readonly prefixes: readonly Prefix[];
}

/** Those that are up and have an address that reaches beyond the link. */
export function listLiveLinks(socket: RouteSocket): KernelLink[] {
  const addresses = listAddresses(socket);
  const routes = listRoutes(socket);
  return listLinks(socket)
    .filter(({ isRunning, isLoopback }) => isRunning && !isLoopback)
    .map(({ index, name, mtuBytes }) => {
      const prefixes = addresses
        .filter(({ linkIndex, prefix }) => linkIndex === index && !isLinkLocal(prefix.address))
        .map(({ prefix }) => prefix);
      const mine = routes.filter(({ linkIndex }) => linkIndex === index);
      const found = prefixes.map(({ address }) => address);
      return {
        ...{ index, name, mtuBytes, prefixes, routes: mine },
        ipv4: found.find((address): address is Ipv4 => isIpv4(address)),
        ipv6: found.find((address): address is Ipv6 => !isIpv4(address)),
        gateways: mine.filter(isDefault).flatMap(({ gateway }) => gateway ?? []),
      };
    })
    .filter(({ ipv4, ipv6 }) => ipv4 !== undefined || ipv6 !== undefined);
}

export function isDefault({ destination }: Route): boolean {
  return destination.length === 0;
}

export function gatewayOf({ gateways }: KernelLink, family: Family): Ip | undefined {
  return gateways.find((gateway) => familyOf(gateway) === family);
}

/** Two states of one link that look alike here need no new routes. */
export function sameLink(one: KernelLink, other: KernelLink): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ index, name, prefixes, gateways }: KernelLink): string {
  return JSON.stringify([index, name, prefixes.map(formatPrefix), gateways]);
}
