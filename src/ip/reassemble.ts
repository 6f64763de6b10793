/** Fragments back into datagrams: RFC 791 3.2, RFC 8200 4.5; overlaps are refused for both (RFC 5722 4). */
import { hexOf, readU16, writeU16 } from '../base/bytes.ts';
import { type Frame, releaseFrame, takeFrame } from '../base/frame.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { ipv4Fragment, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { ipv6FragmentBytes } from '../wire/ipv6-fragment.ts';
import { sealIpv4 } from './fragment.ts';
import { ipAt } from './link-header.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import type { Fragment, IpInterface, IpMachine, Reassembly, ReassemblyTable } from './state.ts';
import { armTimer, disarmTimer } from './timers.ts';
import type { UpperLayer } from './upper-layer.ts';

/** Linux' ipfrag_time, as RFC 791 3.2 allows; RFC 8200 4.5 wants 60 s. */
const timeoutV4Ns = 30 * nsPerSecond;
const timeoutV6Ns = 60 * nsPerSecond;
/** What all unfinished datagrams of a machine may hold together (Linux' ipfrag_high_thresh). */
const mostHeldBytes = 4_194_304;
const mostDatagramBytes = 65_535;

/** A whole datagram, and the largest packet that a piece of it came in. */
export interface Reassembled {
  readonly frame: Frame;
  readonly largestFragmentBytes: number;
}

export function createReassemblyTable(): ReassemblyTable {
  return { datagrams: new Map(), heldBytes: 0 };
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

function addFragment(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  key: string,
  timeoutNs: number,
  fragment: Fragment,
  sink: IpSink,
): Reassembly | undefined {
  const reason = whyImpossible(fragment);
  if (reason !== undefined) {
    recordDiscard(sink, iface, reason);
    releaseFrame(machine.pool, fragment.frame);
    return undefined;
  }
  const reassembly =
    machine.reassembly.datagrams.get(key) ?? begin(machine, nowNs, iface, key, timeoutNs);
  const place = placeOf(reassembly, fragment);
  if (place === undefined) {
    if (!reassembly.refused && !isDuplicate(reassembly, fragment))
      refuse(machine, reassembly, iface, sink);
    releaseFrame(machine.pool, fragment.frame);
    return undefined;
  }
  hold(machine, reassembly, place, fragment);
  if (isComplete(reassembly)) {
    forget(machine, reassembly);
    return reassembly;
  }
  makeRoom(machine, iface, sink);
  return undefined;
}

function whyImpossible(fragment: Fragment): string | undefined {
  const { offset, length, more } = fragment;
  if (more && (length === 0 || length % 8 !== 0)) return 'a fragment of no multiple of 8 bytes';
  return offset + length > mostDatagramBytes ? 'a fragment beyond 65535 bytes' : undefined;
}

function begin(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  key: string,
  timeoutNs: number,
): Reassembly {
  const reassembly = emptyReassembly(key, iface);
  machine.reassembly.datagrams.set(key, reassembly);
  armTimer(machine, reassembly, nowNs + timeoutNs);
  return reassembly;
}

function emptyReassembly(key: string, iface: IpInterface | undefined): Reassembly {
  return {
    timer: 'reassembly',
    deadlineNs: never,
    key,
    iface,
    fragments: [],
    refused: false,
    heldBytes: 0,
    largestFragmentBytes: 0,
  };
}

/** Where among the fragments it belongs; undefined: it overlaps, or the datagram is refused already. */
function placeOf(reassembly: Reassembly, fragment: Fragment): number | undefined {
  const { fragments, refused } = reassembly;
  if (refused) return undefined;
  let place = fragments.length;
  while (place > 0 && fragments[place - 1]!.offset > fragment.offset) place--;
  const before = fragments[place - 1];
  const after = fragments[place];
  if (before !== undefined && endOf(before) > fragment.offset) return undefined;
  if (before !== undefined && !before.more) return undefined;
  if (after !== undefined && (endOf(fragment) > after.offset || !fragment.more)) return undefined;
  return place;
}

function endOf(fragment: Fragment): number {
  return fragment.offset + fragment.length;
}

/** RFC 8200 4.5: the network may double a fragment; that is no attack. */
function isDuplicate(reassembly: Reassembly, fragment: Fragment): boolean {
  const twin = reassembly.fragments.find(
    (held) =>
      held.offset === fragment.offset &&
      held.length === fragment.length &&
      held.more === fragment.more,
  );
  if (twin === undefined) return false;
  for (let at = 0; at < fragment.length; at++) {
    if (twin.frame.bytes[twin.at + at] !== fragment.frame.bytes[fragment.at + at]) return false;
  }
  return true;
}

function refuse(
  machine: IpMachine,
  reassembly: Reassembly,
  iface: IpInterface | undefined,
  sink: IpSink,
): void {
  reassembly.refused = true;
  releaseFragments(machine, reassembly);
  recordDiscard(sink, iface, 'fragments overlap');
}

function hold(machine: IpMachine, reassembly: Reassembly, place: number, fragment: Fragment): void {
  const { frame } = fragment;
  reassembly.fragments.splice(place, 0, fragment);
  const packetBytes = frame.length - ipAt;
  reassembly.largestFragmentBytes = Math.max(reassembly.largestFragmentBytes, packetBytes);
  reassembly.heldBytes += frame.bytes.length;
  machine.reassembly.heldBytes += frame.bytes.length;
}

/** Fragments never overlap, so their lengths add up to the whole exactly when none is missing. */
function isComplete(reassembly: Reassembly): boolean {
  const last = reassembly.fragments.at(-1)!;
  if (last.more) return false;
  let received = 0;
  for (const fragment of reassembly.fragments) received += fragment.length;
  return received === endOf(last);
}

/** The oldest datagrams give way. */
function makeRoom(machine: IpMachine, iface: IpInterface | undefined, sink: IpSink): void {
  const { reassembly } = machine;
  for (const oldest of reassembly.datagrams.values()) {
    if (reassembly.heldBytes <= mostHeldBytes) return;
    dropReassembly(machine, oldest);
    recordDiscard(sink, iface, 'too many fragments wait for others');
  }
}

export function dropReassembly(machine: IpMachine, reassembly: Reassembly): void {
  forget(machine, reassembly);
  releaseFragments(machine, reassembly);
}

function forget(machine: IpMachine, reassembly: Reassembly): void {
  machine.reassembly.datagrams.delete(reassembly.key);
  machine.reassembly.heldBytes -= reassembly.heldBytes;
  reassembly.heldBytes = 0;
  disarmTimer(machine, reassembly);
}

function releaseFragments(machine: IpMachine, reassembly: Reassembly): void {
  machine.reassembly.heldBytes -= reassembly.heldBytes;
  reassembly.heldBytes = 0;
  for (const { frame } of reassembly.fragments.splice(0)) releaseFrame(machine.pool, frame);
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
