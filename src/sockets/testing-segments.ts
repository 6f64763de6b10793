/** What stands in a segment over IPv4 that a test of streams sees on a cable. */
import type { Malformed } from '../wire/malformed.ts';
import type { MptcpOption } from '../wire/mptcp.ts';
import { parseMptcp } from '../wire/mptcp-parse.ts';
import { tcpOptionKind } from '../wire/tcp-options.ts';

export const ipBytes = 20;
const tcpHeaderBytes = 20;

export function payloadAt(bytes: Uint8Array): number {
  return ipBytes + (bytes[ipBytes + 12]! >>> 4) * 4;
}

/** Where MPTCP's options begin in the packet, and end. */
export function optionsIn(bytes: Uint8Array): { at: number; end: number }[] {
  const found = [];
  const headerEnd = payloadAt(bytes);
  for (let at = ipBytes + tcpHeaderBytes; at < headerEnd; ) {
    const kind = bytes[at]!;
    if (kind === tcpOptionKind.endOfList) break;
    const length = kind === tcpOptionKind.noOperation ? 1 : Math.max(2, bytes[at + 1]!);
    if (kind === tcpOptionKind.mptcp) found.push({ at, end: at + length });
    at += length;
  }
  return found;
}

export function mptcpIn(bytes: Uint8Array): readonly (MptcpOption | Malformed)[] {
  return optionsIn(bytes).map(({ at, end }) => parseMptcp(bytes, at, end));
}
