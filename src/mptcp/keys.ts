/** What a key gives: token, initial data sequence number, HMACs (RFC 8684 3.1, 3.2, 3.4.1). */
import { createHash, createHmac } from 'node:crypto';
import { type Ip, isIpv4, writeIp } from '../base/address.ts';
import { readU32, writeU16, writeU32 } from '../base/bytes.ts';

export const keyBytes = 8;

/** What stands for a key on the wire, and where its side's data sequence numbers begin. */
export interface KeyFacts {
  readonly token: number;
  /** The halves of the IDSN. */
  readonly idsnHigh: number;
  readonly idsnLow: number;
}

export function factsOfKey(key: Uint8Array): KeyFacts {
  const digest = createHash('sha256').update(key).digest();
  return {
    token: readU32(digest, 0),
    idsnHigh: readU32(digest, 24),
    idsnLow: readU32(digest, 28),
  };
}

/** Who sends it puts its own key and nonce first. */
export function joinHmac(
  keys: readonly [Uint8Array, Uint8Array],
  nonces: readonly [number, number],
): Uint8Array {
  const message = new Uint8Array(8);
  writeU32(message, 0, nonces[0]);
  writeU32(message, 4, nonces[1]);
  return hmac(keys, message);
}

/** RFC 8684 3.4.1: port 0 where none is told; the rightmost 64 bits are sent. */
export function addressHmac(
  keys: readonly [Uint8Array, Uint8Array],
  addressId: number,
  address: Ip,
  port: number | undefined,
): Uint8Array {
  const addressBytes = isIpv4(address) ? 4 : 16;
  const message = new Uint8Array(1 + addressBytes + 2);
  message[0] = addressId;
  writeIp(message, 1, address);
  writeU16(message, 1 + addressBytes, port ?? 0);
  return hmac(keys, message).slice(-8);
}

export function hmac(keys: readonly [Uint8Array, Uint8Array], message: Uint8Array): Uint8Array {
  return new Uint8Array(
    createHmac('sha256', Buffer.concat([keys[0], keys[1]]))
      .update(message)
      .digest(),
  );
}

/** In constant time for its length. */
export function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a[at]! ^ b[at]!;
  return difference === 0;
}
