/**
 * Addresses as values that `===` compares and a Map takes as keys.
 *
 * An IPv4 address is its 32-bit number. An IPv6 address is a string of eight UTF-16 units, one for
 * each group of the text: compact, immutable, and never mistaken for the text, which `formatIp` makes.
 */
import { readU16, readU32, writeU16, writeU32 } from './bytes.ts';

export type Ipv4 = number & { readonly brand: 'ipv4' };
export type Ipv6 = string & { readonly brand: 'ipv6' };
export type Ip = Ipv4 | Ipv6;
export type Family = 4 | 6;

/** An address and a UDP or TCP port. */
export interface Endpoint {
  readonly address: Ip;
  readonly port: number;
}

export const anyIpv4 = 0 as Ipv4;
export const anyIpv6 = '\0'.repeat(8) as Ipv6;
export const broadcastIpv4 = 0xffff_ffff as Ipv4;

export function isIpv4(ip: Ip): ip is Ipv4 {
  return typeof ip === 'number';
}

export function familyOf(ip: Ip): Family {
  return typeof ip === 'number' ? 4 : 6;
}

export function readIpv4(bytes: Uint8Array, at: number): Ipv4 {
  return readU32(bytes, at) as Ipv4;
}

export function readIpv6(bytes: Uint8Array, at: number): Ipv6 {
  return String.fromCharCode(
    readU16(bytes, at),
    readU16(bytes, at + 2),
    readU16(bytes, at + 4),
    readU16(bytes, at + 6),
    readU16(bytes, at + 8),
    readU16(bytes, at + 10),
    readU16(bytes, at + 12),
    readU16(bytes, at + 14),
  ) as Ipv6;
}

/** Writes 4 or 16 bytes. */
export function writeIp(bytes: Uint8Array, at: number, ip: Ip): void {
  if (typeof ip === 'number') {
    writeU32(bytes, at, ip);
    return;
  }
  for (let group = 0; group < 8; group++) writeU16(bytes, at + group * 2, ip.charCodeAt(group));
}

export function isMulticast(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 28 === 0xe : ip.charCodeAt(0) >>> 8 === 0xff;
}

/** fe80::/10 or 169.254/16: never forwarded. */
export function isLinkLocal(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 16 === 0xa9fe : (ip.charCodeAt(0) & 0xffc0) === 0xfe80;
}

export function isUnspecified(ip: Ip): boolean {
  return ip === anyIpv4 || ip === anyIpv6;
}

export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

export function parseIpv4(text: string): Ipv4 | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    const octet = Number(part);
    if (octet > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = value * 256 + octet;
  }
  return value as Ipv4;
}

/** RFC 4291 2.2, the dotted tail included. */
export function parseIpv6(text: string): Ipv6 | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail) return parseDottedTail(tail[1]!, tail[2]!);
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!);
  const rest = halves.length === 2 ? groupsOf(halves[1]!) : [];
  if (!head || !rest) return undefined;
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return String.fromCharCode(...head, ...new Array<number>(missing).fill(0), ...rest) as Ipv6;
}

function parseDottedTail(head: string, dotted: string): Ipv6 | undefined {
  const value = parseIpv4(dotted);
  if (value === undefined) return undefined;
  return parseIpv6(`${head}${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`);
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

export function formatIp(ip: Ip): string {
  return typeof ip === 'number' ? formatIpv4(ip) : formatIpv6(ip);
}

function formatIpv4(ip: number): string {
  return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

/** RFC 5952: lower case, the first of the longest runs of zero groups (two or more) shortened. */
function formatIpv6(ip: string): string {
  const groups = Array.from({ length: 8 }, (_, at) => ip.charCodeAt(at).toString(16));
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [at, group] of groups.entries()) {
    length = group === '0' ? length + 1 : 0;
    if (length > best.length) best = { start: at - length + 1, length };
  }
  return best;
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = formatIp(endpoint.address);
  return typeof endpoint.address === 'number'
    ? `${host}:${endpoint.port}`
    : `[${host}]:${endpoint.port}`;
}
