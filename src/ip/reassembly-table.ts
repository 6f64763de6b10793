/** The datagrams of which some fragments have come: what fits where, for how long, and how much in all. */
import { releaseFrame } from '../base/frame.ts';
import { never } from '../base/time.ts';
import { ipAt } from './link-header.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import type { Fragment, IpInterface, IpMachine, Reassembly, ReassemblyTable } from './state.ts';
import { armTimer, disarmTimer } from './timers.ts';

/** What all unfinished datagrams of a machine may hold together (Linux' ipfrag_high_thresh). */
const mostHeldBytes = 4_194_304;
const mostDatagramBytes = 65_535;

export function createReassemblyTable(): ReassemblyTable {
  return { datagrams: new Map(), heldBytes: 0 };
}

/** Takes the fragment's frame over; gives the datagram that it completes, whose frames are the caller's. */
export function addFragment(
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

export function emptyReassembly(key: string, iface: IpInterface | undefined): Reassembly {
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

export function endOf(fragment: Fragment): number {
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

export function releaseFragments(machine: IpMachine, reassembly: Reassembly): void {
  machine.reassembly.heldBytes -= reassembly.heldBytes;
  reassembly.heldBytes = 0;
  for (const { frame } of reassembly.fragments.splice(0)) releaseFrame(machine.pool, frame);
}
