/** RFC 6528 3: ISN = M + F(4-tuple, secret), M a clock of 4 µs; and RFC 7323 5.4's timestamp offset, alike. */
import { createHash } from 'node:crypto';
import { type Endpoint, writeIp } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';

const nsPerTick = 4_000;
/** Two addresses of at most 16 bytes, two ports, and the purpose. */
const tupleBytes = 37;

export function chooseIss(
  secret: Uint8Array,
  nowNs: number,
  local: Endpoint,
  remote: Endpoint,
): number {
  const ticks = Math.floor(nowNs / nsPerTick);
  return (ticks + hashTuple(secret, 0, local, remote)) >>> 0;
}

/** So that no two connections show the same clock, and none how long the machine has run. */
export function chooseTimestampOffset(
  secret: Uint8Array,
  local: Endpoint,
  remote: Endpoint,
): number {
  return hashTuple(secret, 1, local, remote);
}

/** 32 bits that nobody without the secret can tell. */
export function hashTuple(
  secret: Uint8Array,
  purpose: number,
  local: Endpoint,
  remote: Endpoint,
): number {
  const tuple = new Uint8Array(tupleBytes);
  writeIp(tuple, 0, local.address);
  writeIp(tuple, 16, remote.address);
  writeU16(tuple, 32, local.port);
  writeU16(tuple, 34, remote.port);
  tuple[36] = purpose;
  return createHash('sha256').update(secret).update(tuple).digest().readUInt32LE(0);
}
