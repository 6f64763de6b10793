/**
 * What an error quotes where a middlebox has rewritten the packet since: what its sender sent. A box
 * rewrites headers of packets about which errors are sent, so the head is all that has to be kept.
 */
import type { Frame, FramePool } from '../base/frame.ts';
import { ipAt } from './link-header.ts';
import type { IpMachine, KeptHead } from './state.ts';

/** IP and TCP headers with all their options are 120 bytes. */
const headBytes = 128;
/** RFC 4443 3: no error quotes more. */
const quoteBytes = 1_280;

export function createKeptHead({ scratch }: FramePool): KeptHead {
  return { bytes: scratch, length: 0 };
}

/** Hot behind a NAT: no view is made. */
export function keepHead(machine: IpMachine, frame: Frame): void {
  const { keptHead } = machine;
  const { bytes } = frame;
  const length = Math.min(headBytes, frame.length - ipAt);
  for (let at = 0; at < length; at++) keptHead.bytes[at] = bytes[ipAt + at]!;
  keptHead.length = length;
}

/** The beginning of the packet whose head was kept last. */
export function quoteAsSent(machine: IpMachine, frame: Frame): Uint8Array {
  const { bytes, length } = machine.keptHead;
  const quote = frame.bytes.slice(ipAt, Math.min(frame.length, ipAt + quoteBytes));
  quote.set(bytes.subarray(0, length));
  return quote;
}
