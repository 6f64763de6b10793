/**
 * Links over netlink: requests as plain data, so that many go in one call, and what the kernel says of
 * them. struct ifinfomsg of linux/rtnetlink.h: family 0, type 2, index 4, flags 8, change 12.
 */
import { readU48, writeU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { read32, read64, readCString, write32 } from './layout.ts';
import {
  attribute,
  buildMessage,
  type NetlinkMessage,
  nestedAttribute,
  netlinkFlag,
  numberAttribute,
  parseAttributes,
  textAttribute,
} from './netlink.ts';
import type { RouteRequest, RouteSocket } from './route-socket.ts';

export const linkMessage = { added: 16, removed: 17, get: 18, set: 19 } as const;
/** RTM_NEWLINKPROP, which is strict and wants NLA_F_NESTED. */
const addProperty = 108;
const nestedFlag = 0x8000;
const infoBytes = 16;
/** IFLA_* of linux/if_link.h. */
const field = {
  mac: 1,
  name: 3,
  mtu: 4,
  master: 10,
  queueLength: 13,
  info: 18,
  statistics: 23,
  namespace: 28,
  carrier: 33,
  infoKind: 1,
  infoData: 2,
  vethPeer: 1,
  propertyList: 52,
  alternativeName: 53,
} as const;
/** IFF_* of linux/if.h. */
const flag = { up: 0x1, loopback: 0x8, running: 0x40 } as const;

export interface LinkState {
  readonly index: number;
  readonly name: string;
  /** 0 for a link without addresses of its own. */
  readonly mac: Mac;
  readonly mtuBytes: number;
  /** Somebody set it up. */
  readonly isEnabled: boolean;
  /** It is up, has a carrier, and the kernel has noticed: it can send. */
  readonly isRunning: boolean;
  readonly isLoopback: boolean;
  /** Packets that were to leave and did not: a full queue, mostly. */
  readonly unsentPackets: number;
  /** `veth`, `bridge`, `tun`; empty for a card. */
  readonly kind: string;
}

/** What a link shall be like; what is left out stays as it is. */
export interface LinkSettings {
  readonly up?: boolean;
  readonly mtuBytes?: number;
  readonly mac?: Mac;
  /** So many packets may wait for the card, or for who reads a TUN device. */
  readonly queueLength?: number;
  readonly newName?: string;
  /** The index of the bridge that it becomes a port of. */
  readonly master?: number;
  /** Moves it there. */
  readonly namespaceFd?: number;
  /** For the few kinds of link that can be told: dummy, TUN. */
  readonly carrier?: boolean;
}

export interface NewLink extends LinkSettings {
  readonly name: string;
}

export function createVethPair(one: NewLink, other: NewLink): RouteRequest {
  const peer = nestedAttribute(field.vethPeer, info(0, other), ...settingsOf(other), nameOf(other));
  const kind = nestedAttribute(
    field.info,
    textAttribute(field.infoKind, 'veth'),
    nestedAttribute(field.infoData, peer),
  );
  const what = `create veth ${one.name} and ${other.name}`;
  return create(what, info(0, one), ...settingsOf(one), nameOf(one), kind);
}

/** A link of a kind that needs no more than its name: `bridge`, `dummy`, `ifb`. */
export function createLink(kind: string, link: NewLink): RouteRequest {
  const inner = nestedAttribute(field.info, textAttribute(field.infoKind, kind));
  const what = `create ${kind} ${link.name}`;
  return create(what, info(0, link), ...settingsOf(link), nameOf(link), inner);
}

function create(what: string, ...parts: readonly Uint8Array[]): RouteRequest {
  const flags = netlinkFlag.create | netlinkFlag.exclusive;
  return { what, message: buildMessage(linkMessage.added, flags, ...parts) };
}

/** By its index, or by its name where the index is not known yet. */
export function changeLink(link: number | string, settings: LinkSettings): RouteRequest {
  const parts = [info(indexOf(link), settings), ...settingsOf(settings)];
  if (typeof link === 'string') parts.push(nameAttribute(link));
  else if (settings.newName !== undefined) parts.push(textAttribute(field.name, settings.newName));
  return { what: `change link ${link}`, message: buildMessage(linkMessage.set, 0, ...parts) };
}

/** Another name by which it is found, of up to 127 characters. */
export function nameLinkAlso(index: number, name: string): RouteRequest {
  const flags = netlinkFlag.create | netlinkFlag.exclusive;
  const names = nestedAttribute(
    field.propertyList | nestedFlag,
    textAttribute(field.alternativeName, name),
  );
  const message = buildMessage(addProperty, flags, info(index, {}), names);
  return { what: `name link ${index} ${name} also`, message };
}

export function removeLink(link: number | string): RouteRequest {
  const parts = [info(indexOf(link), {})];
  if (typeof link === 'string') parts.push(nameAttribute(link));
  return { what: `remove link ${link}`, message: buildMessage(linkMessage.removed, 0, ...parts) };
}

export function listLinks(socket: RouteSocket): LinkState[] {
  return socket.dump(linkMessage.get, info(0, {})).map((message) => readLink(message)!);
}

/** Undefined for a message of another kind, or one about a bridge's port (family AF_BRIDGE). */
export function readLink({ type, body }: NetlinkMessage): LinkState | undefined {
  if (type !== linkMessage.added && type !== linkMessage.removed) return undefined;
  if (body[0] !== 0) return undefined;
  const attributes = parseAttributes(body, infoBytes);
  const flags = read32(body, 8);
  const isEnabled = (flags & flag.up) !== 0;
  const mac = attributes.get(field.mac);
  const kind = parseAttributes(attributes.get(field.info) ?? new Uint8Array(0), 0);
  return {
    index: read32(body, 4),
    name: textOf(attributes.get(field.name)),
    mac: (mac?.length === 6 ? readU48(mac, 0) : 0) as Mac,
    mtuBytes: numberOf(attributes.get(field.mtu)),
    isEnabled,
    isRunning:
      isEnabled && (flags & flag.running) !== 0 && attributes.get(field.carrier)?.[0] !== 0,
    isLoopback: (flags & flag.loopback) !== 0,
    unsentPackets: unsentOf(attributes.get(field.statistics)),
    kind: textOf(kind.get(field.infoKind)),
  };
}

function info(index: number, { up }: LinkSettings): Uint8Array {
  const bytes = new Uint8Array(infoBytes);
  write32(bytes, 4, index);
  if (up !== undefined) {
    write32(bytes, 8, up ? flag.up : 0);
    write32(bytes, 12, flag.up);
  }
  return bytes;
}

function settingsOf(settings: LinkSettings): Uint8Array[] {
  const { mtuBytes, master, namespaceFd, carrier, mac, queueLength } = settings;
  const parts: Uint8Array[] = [];
  if (mac !== undefined) parts.push(attribute(field.mac, macBytes(mac)));
  if (mtuBytes !== undefined) parts.push(numberAttribute(field.mtu, mtuBytes));
  if (queueLength !== undefined) parts.push(numberAttribute(field.queueLength, queueLength));
  if (master !== undefined) parts.push(numberAttribute(field.master, master));
  if (namespaceFd !== undefined) parts.push(numberAttribute(field.namespace, namespaceFd));
  if (carrier !== undefined) parts.push(attribute(field.carrier, Uint8Array.of(carrier ? 1 : 0)));
  return parts;
}

function nameOf({ name }: NewLink): Uint8Array {
  return textAttribute(field.name, name);
}

/** What is longer than IFNAMSIZ allows can only be another name of it. */
function nameAttribute(name: string): Uint8Array {
  return textAttribute(name.length < 16 ? field.name : field.alternativeName, name);
}

function indexOf(link: number | string): number {
  return typeof link === 'number' ? link : 0;
}

export function macBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  writeU48(bytes, 0, mac);
  return bytes;
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : readCString(bytes, 0, bytes.length);
}

/** struct rtnl_link_stats64 of linux/if_link.h: tx_dropped is its eighth field. */
const unsentAt = 7 * 8;

function unsentOf(statistics: Uint8Array | undefined): number {
  return statistics === undefined ? 0 : read64(statistics, unsentAt);
}

function numberOf(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : read32(bytes, 0);
}
