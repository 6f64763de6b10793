/** The values that fields of packets take, for property tests. */
import fc from 'fast-check';
import type { Ipv4, Ipv6 } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';

export const uint8 = fc.nat(0xff);
export const uint16 = fc.nat(0xffff);
export const uint32 = fc.nat(0xffff_ffff);
export const ipv4 = uint32.map((value) => value as Ipv4);
export const mac = fc.nat(0xffff_ffff_ffff).map((value) => value as Mac);
export const ipv6 = fc
  .array(uint16, { minLength: 8, maxLength: 8 })
  .map((groups) => String.fromCharCode(...groups) as Ipv6);
export const payload = fc.uint8Array({ maxLength: 64 });
