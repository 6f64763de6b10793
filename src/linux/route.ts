/**
 * Routes over netlink. struct rtmsg of linux/rtnetlink.h: family 0, destination length 1, source length
 * 2, TOS 3, table 4, protocol 5, scope 6, type 7, flags 8.
 */
import { anyIpv4, anyIpv6, formatIp, type Ip, isIpv4 } from '../base/address.ts';
import { formatPrefix, type Prefix, widthOf } from '../base/prefix.ts';
import { read32 } from './layout.ts';
import { familyNumber, ipBytes, readIp } from './link-address.ts';
import {
  attribute,
  buildMessage,
  type NetlinkMessage,
  netlinkFlag,
  numberAttribute,
  parseAttributes,
} from './netlink.ts';
import type { RouteRequest, RouteSocket } from './route-socket.ts';
import { addressFamily } from './socket-address.ts';
import { errno, SystemCallError } from './system-call.ts';

const message = { added: 24, removed: 25, get: 26 } as const;
const infoBytes = 12;
/** RTA_*, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_*, RTN_UNICAST. */
const field = {
  destination: 1,
  linkIndex: 4,
  gateway: 5,
  priority: 6,
  source: 7,
  table: 15,
} as const;
const mainTable = 254;
const staticProtocol = 4;
const scope = { universe: 0, link: 253 } as const;
const unicast = 1;

export interface Route {
  readonly destination: Prefix;
  readonly linkIndex: number;
  /** Left out: neighbours on the link itself. */
  readonly gateway?: Ip;
  /** The lowest wins among equals. */
  readonly metric?: number;
  /** What a packet is sent from that names no source. */
  readonly source?: Ip;
  /** Left out: the main table. */
  readonly table?: number;
  /** RTPROT_*, by which one knows one's own; left out: RTPROT_STATIC. */
  readonly protocol?: number;
}

export function addRoute(route: Route): RouteRequest {
  return request('add', message.added, netlinkFlag.create | netlinkFlag.exclusive, route);
}

export function removeRoute(route: Route): RouteRequest {
  return request('remove', message.removed, 0, route);
}

function request(verb: string, type: number, flags: number, route: Route): RouteRequest {
  const { destination, linkIndex, gateway, metric, source } = route;
  const info = new Uint8Array(infoBytes);
  info[0] = familyNumber(destination.address);
  info[1] = destination.length;
  info[4] = route.table === undefined ? mainTable : 0;
  info[5] = route.protocol ?? staticProtocol;
  info[6] = gateway === undefined && isIpv4(destination.address) ? scope.link : scope.universe;
  info[7] = unicast;
  const parts = [
    attribute(field.destination, ipBytes(destination.address)),
    numberAttribute(field.linkIndex, linkIndex),
  ];
  if (gateway !== undefined) parts.push(attribute(field.gateway, ipBytes(gateway)));
  if (metric !== undefined) parts.push(numberAttribute(field.priority, metric));
  if (source !== undefined) parts.push(attribute(field.source, ipBytes(source)));
  if (route.table !== undefined) parts.push(numberAttribute(field.table, route.table));
  const what = `${verb} route ${formatPrefix(destination)}`;
  return { what, message: buildMessage(type, flags, info, ...parts) };
}

/** The unicast routes of the main table. */
export function listRoutes(socket: RouteSocket): Route[] {
  return socket
    .dump(message.get, new Uint8Array(infoBytes))
    .filter(({ body }) => body[4] === mainTable && body[7] === unicast)
    .map(readRoute)
    .filter((route) => route !== undefined);
}

/** All that bears a protocol number of one's own, in whatever table. */
export function listRoutesOf(socket: RouteSocket, protocol: number): Route[] {
  return socket.dump(message.get, new Uint8Array(infoBytes)).flatMap((found) => {
    const route = found.body[5] === protocol ? readRoute(found) : undefined;
    return route === undefined ? [] : { ...route, protocol, table: tableOf(found.body) };
  });
}

function tableOf(body: Uint8Array): number {
  const table = parseAttributes(body, infoBytes).get(field.table);
  return table === undefined ? body[4]! : read32(table, 0);
}

/** How a packet to `destination` would leave; undefined where no route leads there. */
export function findRoute(socket: RouteSocket, destination: Ip): Route | undefined {
  const info = new Uint8Array(infoBytes);
  info[0] = familyNumber(destination);
  info[1] = widthOf(destination);
  const asked = attribute(field.destination, ipBytes(destination));
  const what = `find route to ${formatIp(destination)}`;
  try {
    return readRoute(socket.ask({ what, message: buildMessage(message.get, 0, info, asked) }));
  } catch (error) {
    if (error instanceof SystemCallError && unreachable.includes(error.errno)) return undefined;
    throw error;
  }
}

const unreachable = [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL];

function readRoute({ type, body }: NetlinkMessage): Route | undefined {
  if (type !== message.added) return undefined;
  const attributes = parseAttributes(body, infoBytes);
  const linkIndex = attributes.get(field.linkIndex);
  if (linkIndex === undefined) return undefined;
  const destination = ipOf(attributes.get(field.destination));
  const any = body[0] === addressFamily.ipv4 ? anyIpv4 : anyIpv6;
  const gateway = ipOf(attributes.get(field.gateway));
  const metric = attributes.get(field.priority);
  const source = ipOf(attributes.get(field.source));
  return {
    destination: { address: destination ?? any, length: body[1]! },
    linkIndex: read32(linkIndex, 0),
    ...(gateway !== undefined && { gateway }),
    ...(metric !== undefined && { metric: read32(metric, 0) }),
    ...(source !== undefined && { source }),
  };
}

function ipOf(bytes: Uint8Array | undefined): Ip | undefined {
  return bytes && readIp(bytes);
}
