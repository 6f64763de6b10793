/** What fits through the whole way, as routers told us (RFC 1191, RFC 8201). */
import { type Ip, isIpv4 } from '../base/address.ts';
import { nsPerSecond } from '../base/time.ts';
import { recordPathMtu } from './records.ts';
import type { IpSink } from './sink.ts';
import type { IpMachine } from './state.ts';

/** RFC 1191 6.3, RFC 8201 5.3: after 10 minutes a larger one is tried. */
const holdNs = 600 * nsPerSecond;
/** RFC 791 3.2: every link carries 68 bytes. RFC 8200 5: 1280 for IPv6. */
const leastIpv4 = 68;
const leastIpv6 = 1_280;
const mostEntries = 4_096;
/** RFC 1191 7.1: what to try where an old router names no MTU. */
const plateaus = [65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68];

export function pathMtuTo(
  machine: IpMachine,
  nowNs: number,
  destination: Ip,
  linkMtuBytes: number,
): number {
  const known = machine.pathMtus?.get(destination);
  if (known === undefined || known.untilNs <= nowNs) return linkMtuBytes;
  return Math.min(known.mtuBytes, linkMtuBytes);
}

/** Heeds an error about a packet of `packetBytes`: what it says, made plausible. */
export function learnPathMtu(
  machine: IpMachine,
  nowNs: number,
  destination: Ip,
  told: { readonly mtuBytes: number; readonly packetBytes: number },
  sink: IpSink,
): number {
  const mtuBytes = plausibleMtu(destination, told.mtuBytes, told.packetBytes);
  machine.pathMtus ??= new Map();
  const known = machine.pathMtus.get(destination);
  const isNews = known === undefined || known.untilNs <= nowNs || mtuBytes < known.mtuBytes;
  if (!isNews || mtuBytes >= told.packetBytes) return mtuBytes;
  if (machine.pathMtus.size >= mostEntries) machine.pathMtus.clear();
  machine.pathMtus.set(destination, { mtuBytes, untilNs: nowNs + holdNs });
  recordPathMtu(sink, destination, mtuBytes);
  return mtuBytes;
}

function plausibleMtu(destination: Ip, mtuBytes: number, packetBytes: number): number {
  if (!isIpv4(destination)) return Math.max(leastIpv6, mtuBytes);
  if (mtuBytes >= leastIpv4) return mtuBytes;
  return plateaus.find((plateau) => plateau < packetBytes) ?? leastIpv4;
}
