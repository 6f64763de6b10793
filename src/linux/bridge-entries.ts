/**
 * What a bridge knows by heart: stations (fdb) and members of groups (mdb), over netlink. struct ndmsg of
 * linux/neighbour.h; struct br_port_msg and br_mdb_entry of linux/if_bridge.h.
 */
import { formatIp, type Ip, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, readU48, writeU16 } from '../base/bytes.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { read16, read32, write16, write32 } from './layout.ts';
import { macBytes } from './link.ts';
import { ipBytes } from './link-address.ts';
import {
  attribute,
  buildMessage,
  nestedAttribute,
  netlinkFlag,
  parseAttributes,
} from './netlink.ts';
import type { RouteRequest, RouteSocket } from './route-socket.ts';

const bridgeFamily = 7;

const station = { added: 28, removed: 29, get: 30, infoBytes: 12, mac: 2, master: 9 } as const;
/** NUD_REACHABLE with NUD_NOARP: `static`, which is neither learned nor forgotten. */
const staticState = 0x42;
const permanentState = 0x80;
/** NTF_MASTER. */
const ofMaster = 4;

/** A station that may speak on a port that is locked. */
export function addStation(portIndex: number, mac: Mac): RouteRequest {
  const info = stationInfo(portIndex);
  write16(info, 8, staticState);
  const flags = netlinkFlag.create | netlinkFlag.replace;
  const parts = [info, attribute(station.mac, macBytes(mac))];
  const what = `add station ${formatMac(mac)}`;
  return { what, message: buildMessage(station.added, flags, ...parts) };
}

export function removeStation(portIndex: number, mac: Mac): RouteRequest {
  const parts = [stationInfo(portIndex), attribute(station.mac, macBytes(mac))];
  const what = `remove station ${formatMac(mac)}`;
  return { what, message: buildMessage(station.removed, 0, ...parts) };
}

function stationInfo(portIndex: number): Uint8Array {
  const info = new Uint8Array(station.infoBytes);
  info[0] = bridgeFamily;
  write32(info, 4, portIndex);
  info[10] = ofMaster;
  return info;
}

/** Those that are behind a port; the port's own address is none of them. */
export function listStations(socket: RouteSocket, portIndex: number): Mac[] {
  const info = new Uint8Array(station.infoBytes);
  info[0] = bridgeFamily;
  const found: Mac[] = [];
  for (const { body } of socket.dump(station.get, info)) {
    const attributes = parseAttributes(body, station.infoBytes);
    const mac = attributes.get(station.mac);
    const isOther = read32(body, 4) !== portIndex || !attributes.has(station.master);
    if (isOther || read16(body, 8) === permanentState || mac?.length !== 6) continue;
    found.push(readU48(mac, 0) as Mac);
  }
  return found;
}

const group = { added: 84, removed: 85, get: 86, infoBytes: 8, entryBytes: 28 } as const;
/** MDBA_* and MDBE_ATTR_* of linux/if_bridge.h; one of them is to say that it is nested. */
const field = {
  setEntry: 1,
  setAttributes: 2 | 0x8000,
  source: 1,
  mdb: 1,
  entry: 1,
  entryInfo: 1,
} as const;
/** Of br_mdb_entry: a state, and where the address and its EtherType stand. */
const entry = { state: 4, address: 8, protocol: 24, permanent: 1 } as const;
const entrySource = 4;
const etherTypes = { 4: 0x0800, 6: 0x86dd } as const;

export interface GroupEntry {
  readonly portIndex: number;
  readonly group: Ip;
  readonly source: Ip | 'any';
}

/** A port that gets a group until it is told otherwise. */
export function addGroupEntry(bridgeIndex: number, wanted: GroupEntry): RouteRequest {
  return changeGroupEntry('add', group.added, netlinkFlag.create, bridgeIndex, wanted);
}

export function removeGroupEntry(bridgeIndex: number, wanted: GroupEntry): RouteRequest {
  return changeGroupEntry('remove', group.removed, 0, bridgeIndex, wanted);
}

function changeGroupEntry(
  verb: string,
  type: number,
  flags: number,
  bridgeIndex: number,
  { portIndex, group: address, source }: GroupEntry,
): RouteRequest {
  const info = new Uint8Array(group.infoBytes);
  info[0] = bridgeFamily;
  write32(info, 4, bridgeIndex);
  const bytes = new Uint8Array(group.entryBytes);
  write32(bytes, 0, portIndex);
  bytes[entry.state] = entry.permanent;
  writeIp(bytes, entry.address, address);
  writeU16(bytes, entry.protocol, etherTypes[typeof address === 'number' ? 4 : 6]);
  const parts = [info, attribute(field.setEntry, bytes)];
  if (source !== 'any') {
    parts.push(nestedAttribute(field.setAttributes, attribute(field.source, ipBytes(source))));
  }
  const what = `${verb} group ${formatIp(address)} of port ${portIndex}`;
  return { what, message: buildMessage(type, flags, ...parts) };
}

/** All that the bridge has, whoever put it there. */
export function listGroupEntries(socket: RouteSocket, bridgeIndex: number): GroupEntry[] {
  const info = new Uint8Array(group.infoBytes);
  info[0] = bridgeFamily;
  return socket
    .dump(group.get, info)
    .filter(({ body }) => read32(body, 4) === bridgeIndex)
    .flatMap(({ body }) => nestedOf(body, group.infoBytes, field.mdb))
    .flatMap((database) => nestedOf(database, 0, field.entry))
    .flatMap((entries) => nestedOf(entries, 0, field.entryInfo))
    .flatMap(readEntry);
}

/** All attributes of a type: a list has many of the same. */
function nestedOf(bytes: Uint8Array, from: number, type: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = from; at + 4 <= bytes.length; ) {
    const length = read16(bytes, at);
    if (length < 4 || at + length > bytes.length) break;
    if ((read16(bytes, at + 2) & 0x3fff) === type) found.push(bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

function readEntry(bytes: Uint8Array): GroupEntry[] {
  const isV6 = readU16(bytes, entry.protocol) === etherTypes[6];
  if (!isV6 && readU16(bytes, entry.protocol) !== etherTypes[4]) return [];
  const read = (from: Uint8Array, at: number): Ip =>
    isV6 ? readIpv6(from, at) : readIpv4(from, at);
  const source = parseAttributes(bytes, group.entryBytes).get(entrySource);
  const address = read(bytes, entry.address);
  return [
    { portIndex: read32(bytes, 0), group: address, source: source ? read(source, 0) : 'any' },
  ];
}
