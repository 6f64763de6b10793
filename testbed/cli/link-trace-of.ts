/** What a link delivered to an address, as the trace of a link: a rate for each step. */
import { formatIp, type Ip, readIpv4, readIpv6 } from '../../src/base/address.ts';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import type { CapturedPacket } from './read-capture.ts';

/** Where the IP header begins, by link type. */
const headerBytes: Readonly<Record<number, number>> = { 1: 14, 101: 0, 113: 16, 276: 20 };

/** Undefined: it is no IP packet. */
export function destinationOf({ bytes, linkType }: CapturedPacket): string | undefined {
  let at = headerBytes[linkType];
  if (at === undefined) return undefined;
  // IEEE 802.1Q: a tag of four bytes before the type.
  if (linkType === 1 && bytes[12] === 0x81 && bytes[13] === 0x00) at += 4;
  const version = (bytes[at] ?? 0) >> 4;
  const ip: Ip | undefined =
    version === 4 && bytes.length >= at + 20
      ? readIpv4(bytes, at + 16)
      : version === 6 && bytes.length >= at + 40
        ? readIpv6(bytes, at + 24)
        : undefined;
  return ip && formatIp(ip);
}

export interface TraceOptions {
  readonly stepNs: number;
  /** What the file says of itself. */
  readonly source: string;
}

/** CSV as `trace:` of a link reads it: `time,rate`. A step in which nothing came has the rate 0. */
export function formatLinkTrace(
  packets: readonly CapturedPacket[],
  { stepNs, source }: TraceOptions,
): string {
  const [first] = packets;
  const startNs = first?.tNs ?? 0;
  const endNs = packets.reduce((latest, { tNs }) => Math.max(latest, tNs), startNs);
  const bytes = new Array<number>(Math.floor((endNs - startNs) / stepNs) + 1).fill(0);
  for (const { tNs, lengthBytes } of packets) {
    bytes[Math.max(0, Math.floor((tNs - startNs) / stepNs))]! += lengthBytes;
  }
  const rows = bytes.map((count, step) => {
    const rate = Math.round((count * 8 * nsPerSecond) / stepNs);
    return `${(step * stepNs) / nsPerMs} ms,${rate} bit/s\n`;
  });
  return `# ${source}\n# What arrived, not what the link could have carried: a sender that held back makes it slower.\ntime,rate\n${rows.join('')}`;
}
