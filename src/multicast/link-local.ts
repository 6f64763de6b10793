/** RFC 4291 appendix A: the link-local address that an Ethernet address makes. */
import { type Ipv6, readIpv6 } from '../base/address.ts';
import { writeU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';

export function linkLocalOf(mac: Mac): Ipv6 {
  const six = new Uint8Array(6);
  writeU48(six, 0, mac);
  const bytes = new Uint8Array(16);
  bytes.set([0xfe, 0x80]);
  bytes.set(six.subarray(0, 3), 8);
  bytes.set([0xff, 0xfe], 11);
  bytes.set(six.subarray(3), 13);
  bytes[8]! ^= 2;
  return readIpv6(bytes, 0);
}
