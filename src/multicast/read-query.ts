/** Whether a switch or a router asks what a host wants: it then says it again (RFC 3376 5.2, RFC 3810 6.2). */
import type { Family } from '../base/address.ts';
import { ethernetHeaderBytes, etherType, parseEthernet } from '../wire/ethernet.ts';
import { parseIgmp } from '../wire/igmp.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { parseIpv4 } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, parseIpv6 } from '../wire/ipv6.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseMld } from '../wire/mld.ts';

/** The family whose groups are asked for; undefined: it is no query. */
export function readQuery(frame: Uint8Array): Family | undefined {
  const ethernet = parseEthernet(frame, 0, frame.length);
  if (isMalformed(ethernet)) return undefined;
  if (ethernet.type === etherType.ipv4 && isIgmpQuery(frame)) return 4;
  return ethernet.type === etherType.ipv6 && isMldQuery(frame) ? 6 : undefined;
}

function isIgmpQuery(frame: Uint8Array): boolean {
  const ip = parseIpv4(frame, ethernetHeaderBytes, frame.length);
  if (isMalformed(ip) || ip.protocol !== ipProtocol.igmp) return false;
  const at = ethernetHeaderBytes + ip.headerBytes;
  const igmp = parseIgmp(frame, at, ethernetHeaderBytes + ip.totalLength);
  return !isMalformed(igmp) && igmp.kind.startsWith('query');
}

/** Behind a hop-by-hop header of eight bytes, which is what the router alert takes (RFC 2711 2.1). */
function isMldQuery(frame: Uint8Array): boolean {
  const ip = parseIpv6(frame, ethernetHeaderBytes, frame.length);
  if (isMalformed(ip) || ip.nextHeader !== 0) return false;
  const optionsAt = ethernetHeaderBytes + ipv6HeaderBytes;
  const end = optionsAt + ip.payloadLength;
  if (frame[optionsAt] !== ipProtocol.icmpv6 || frame[optionsAt + 1] !== 0) return false;
  const mld = parseMld(frame, optionsAt + 8, end);
  return !isMalformed(mld) && mld.kind.startsWith('query');
}
