/** Fragments back into datagrams: RFC 791 3.2, RFC 8200 4.5; overlaps are refused for both (RFC 5722 4). */
import { hexOf, readU16, writeU16 } from '../base/bytes.ts';
import { type Frame, takeFrame } from '../base/frame.ts';
import { nsPerSecond } from '../base/time.ts';
import { ipv4Fragment, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { ipv6FragmentBytes } from '../wire/ipv6-fragment.ts';
import { sealIpv4 } from './fragment.ts';
import { ipAt } from './link-header.ts';
import { addFragment, emptyReassembly, endOf, releaseFragments } from './reassembly-table.ts';
import type { IpSink } from './sink.ts';
import type { Fragment, IpInterface, IpMachine, Reassembly } from './state.ts';
import type { UpperLayer } from './upper-layer.ts';

/** Linux' ipfrag_time, as RFC 791 3.2 allows; RFC 8200 4.5 wants 60 s. */
const timeoutV4Ns = 30 * nsPerSecond;
const timeoutV6Ns = 60 * nsPerSecond;
/** A whole datagram, and the largest packet that a piece of it came in. */
export interface Reassembled {
  readonly frame: Frame;
  readonly largestFragmentBytes: number;
}

export function isFragmentV4(bytes: Uint8Array): boolean {
  const word = readU16(bytes, ipAt + ipv4Offset.fragment);
  return (word & (ipv4Fragment.more | ipv4Fragment.offsetMask)) !== 0;
}

/** Takes the frame over; gives the datagram that it completes. */
export function reassembleV4(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  sink: IpSink,
): Reassembled | undefined {
  const { bytes } = frame;
  const word = readU16(bytes, ipAt + ipv4Offset.fragment);
  const at = ipAt + (bytes[ipAt]! & 15) * 4;
  const offset = (word & ipv4Fragment.offsetMask) * 8;
  const more = (word & ipv4Fragment.more) !== 0;
  const identity = hexOf(bytes.subarray(ipAt + ipv4Offset.source, ipAt + ipv4Offset.source + 8));
  const number = readU16(bytes, ipAt + ipv4Offset.identification);
  const key = `${identity} ${number} ${bytes[ipAt + ipv4Offset.protocol]}`;
  const fragment = { frame, at, offset, length: frame.length - at, more };
  const done = addFragment(machine, nowNs, iface, key, timeoutV4Ns, fragment, sink);
  return done === undefined ? undefined : finish(machine, done, joinV4);
}

/** As `reassembleV4`, for a packet in which a fragment header was found. */
export function reassembleV6(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  header: NonNullable<UpperLayer['fragment']>,
  sink: IpSink,
): Reassembled | undefined {
  const { bytes } = frame;
  const word = readU16(bytes, header.at + 2);
  const at = header.at + ipv6FragmentBytes;
  const addresses = bytes.subarray(ipAt + ipv6Offset.source, ipAt + ipv6HeaderBytes);
  const key = hexOf(addresses) + hexOf(bytes.subarray(header.at + 4, header.at + 8));
  const length = frame.length - at;
  const fragment = { frame, at, offset: word & 0xfff8, length, more: (word & 1) !== 0 };
  const isAtomic = fragment.offset === 0 && !fragment.more;
  const done = isAtomic
    ? loneFragment(iface, fragment)
    : addFragment(machine, nowNs, iface, key, timeoutV6Ns, fragment, sink);
  if (done === undefined) return undefined;
  return finish(machine, done, (whole, first) => joinV6(whole, first, header.announcedAt));
}

/** RFC 6946: has nothing to do with others of the same identification. */
function loneFragment(iface: IpInterface | undefined, fragment: Fragment): Reassembly {
  return { ...emptyReassembly('', iface), fragments: [fragment] };
}

function finish(
  machine: IpMachine,
  reassembly: Reassembly,
  join: (whole: Frame, first: Fragment) => void,
): Reassembled | undefined {
  const { fragments, largestFragmentBytes } = reassembly;
  const first = fragments[0]!;
  const whole = takeFrame(machine.pool, first.at + endOf(fragments.at(-1)!));
  whole.bytes.set(first.frame.bytes.subarray(0, first.at));
  for (const { frame, at, offset, length } of fragments) {
    whole.bytes.set(frame.bytes.subarray(at, at + length), first.at + offset);
  }
  join(whole, first);
  releaseFragments(machine, reassembly);
  return { frame: whole, largestFragmentBytes };
}

function joinV4(whole: Frame): void {
  const { bytes } = whole;
  const dont = readU16(bytes, ipAt + ipv4Offset.fragment) & ipv4Fragment.dont;
  writeU16(bytes, ipAt + ipv4Offset.totalLength, whole.length - ipAt);
  writeU16(bytes, ipAt + ipv4Offset.fragment, dont);
  sealIpv4(bytes);
}

/** The fragment header goes; what announced it announces what it announced. */
function joinV6(whole: Frame, first: Fragment, announcedAt: number): void {
  const { bytes } = whole;
  const headerAt = first.at - ipv6FragmentBytes;
  bytes[announcedAt] = bytes[headerAt]!;
  bytes.copyWithin(headerAt, first.at, whole.length);
  whole.length -= ipv6FragmentBytes;
  writeU16(bytes, ipAt + ipv6Offset.payloadLength, whole.length - ipAt - ipv6HeaderBytes);
}
