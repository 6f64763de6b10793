/**
 * An endpoint in 20 bytes, whatever its family, as the messages of relay and peers carry it.
 *
 *   0        1        2                 4                                            20
 *   +--------+--------+--------+--------+-----------------------------------------------+
 *   | family |  mark  |      port       | address: 16 bytes, or 4 and 12 zeros          |
 *   +--------+--------+--------+--------+-----------------------------------------------+
 *
 *   family: 4 or 6. mark: the message's own.
 */
import { type Endpoint, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';

export const packedEndpointBytes = 20;

/** Undefined: of no family. */
export function readPackedEndpoint(bytes: Uint8Array, at: number): Endpoint | undefined {
  const family = bytes[at];
  const port = readU16(bytes, at + 2);
  if (family === 4) return { address: readIpv4(bytes, at + 4), port };
  return family === 6 ? { address: readIpv6(bytes, at + 4), port } : undefined;
}

export function writePackedEndpoint(
  bytes: Uint8Array,
  at: number,
  { address, port }: Endpoint,
  mark: number,
): number {
  bytes[at] = typeof address === 'number' ? 4 : 6;
  bytes[at + 1] = mark;
  writeU16(bytes, at + 2, port);
  bytes.fill(0, at + 8, at + packedEndpointBytes);
  writeIp(bytes, at + 4, address);
  return at + packedEndpointBytes;
}
