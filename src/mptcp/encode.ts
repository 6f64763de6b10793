/** Options that wait for a segment. */
import type { MptcpOption } from '../wire/mptcp.ts';
import { emitMptcp, measureMptcp } from '../wire/mptcp-emit.ts';

/** An option as bytes, for `toSay`. */
export function encode(option: MptcpOption): Uint8Array {
  const bytes = new Uint8Array(measureMptcp(option));
  emitMptcp(bytes, 0, option);
  return bytes;
}
