/** A subnet, or an address within it: `192.168.1.7/24` keeps its host part until `networkOf`. */
import { formatIp, type Ip, type Ipv4, type Ipv6, parseIp } from './address.ts';

export interface Prefix {
  readonly address: Ip;
  readonly length: number;
}

export function parsePrefix(text: string): Prefix | undefined {
  const [host, bits, ...rest] = text.split('/');
  const address = parseIp(host ?? '');
  if (address === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? '')) return undefined;
  const length = Number(bits);
  return length <= widthOf(address) ? { address, length } : undefined;
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatIp(prefix.address)}/${prefix.length}`;
}

/** 32 or 128. */
export function widthOf(ip: Ip): number {
  return typeof ip === 'number' ? 32 : 128;
}

/** The address with all bits after the first `length` cleared. */
export function maskIp(ip: Ip, length: number): Ip {
  return typeof ip === 'number' ? maskIpv4(ip, length) : maskIpv6(ip, length);
}

export function maskIpv4(ip: number, length: number): Ipv4 {
  return (length === 0 ? 0 : (ip & (0xffff_ffff << (32 - length))) >>> 0) as Ipv4;
}

function maskIpv6(ip: string, length: number): Ipv6 {
  const whole = length >>> 4;
  if (whole === 8) return ip as Ipv6;
  const partial = ip.charCodeAt(whole) & (0xffff << (16 - (length & 15)));
  return (ip.slice(0, whole) +
    String.fromCharCode(partial & 0xffff) +
    '\0'.repeat(7 - whole)) as Ipv6;
}

export function networkOf(prefix: Prefix): Prefix {
  return { address: maskIp(prefix.address, prefix.length), length: prefix.length };
}

export function contains(prefix: Prefix, ip: Ip): boolean {
  if (typeof ip !== typeof prefix.address) return false;
  return maskIp(ip, prefix.length) === maskIp(prefix.address, prefix.length);
}

/** The `index`th address of a network; the caller keeps `index` within its host bits (32 at most). */
export function hostAt(network: Prefix, index: number): Ip {
  const base = maskIp(network.address, network.length);
  if (typeof base === 'number') return ((base + index) >>> 0) as Ipv4;
  const low = index + base.charCodeAt(6) * 65_536 + base.charCodeAt(7);
  return (base.slice(0, 6) + String.fromCharCode((low / 65_536) & 0xffff, low & 0xffff)) as Ipv6;
}
