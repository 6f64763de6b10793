/**
 * Neighbour unreachability detection (RFC 4861 7.3), for ARP entries as well:
 *
 *   unknown ─packet─▶ incomplete ─answer─▶ reachable ─30 s─▶ stale ─packet─▶ delay ─5 s─▶ probe
 *      ▲                  │ 3 asked                 ▲                                    │  │ 3 asked
 *      └──────────────────┴─────────────────────────┼──────────────────────── answer ────┘  │
 *      └────────────────────────────────────────────┼───────────────────────────────────────┘
 */
import { type Frame, releaseFrame } from '../base/frame.ts';
import type { Mac } from '../base/mac.ts';
import { nsPerSecond } from '../base/time.ts';
import { highHalf, lowHalf, writeUnicastMacs } from './link-header.ts';
import { recordDiscard, recordNeighbour } from './records.ts';
import type { IpSink } from './sink.ts';
import { macOf, solicit } from './solicit.ts';
import type { IpMachine, Neighbour, WaitingPacket } from './state.ts';
import { armTimer, disarmTimer } from './timers.ts';

/** RFC 4861 10: RETRANS_TIMER, MAX_MULTICAST_SOLICIT, DELAY_FIRST_PROBE_TIME, REACHABLE_TIME. */
const retransmitNs = nsPerSecond;
const maxSolicitations = 3;
const delayFirstProbeNs = 5 * nsPerSecond;
const reachableNs = 30 * nsPerSecond;

/**
 * RFC 4861 7.2.2 asks for a small queue in which the newest push the oldest out. The largest datagram
 * makes 54 fragments of 1280 bytes: fewer places, and it never gets through to a neighbour not yet known.
 */
const maxWaiting = 64;

/** Hot: the entry can be used as it is, and nothing has to be remembered about the use. */
export function isFresh(neighbour: Neighbour, nowNs: number): boolean {
  const { state } = neighbour;
  if (state === 'reachable') return nowNs < neighbour.reachableUntilNs;
  return state === 'delay' || state === 'probe';
}

/** A packet for it can't leave now. */
export function mustBeAsked(neighbour: Neighbour): boolean {
  return neighbour.state === 'unknown' || neighbour.state === 'incomplete';
}

/** Sends the frame, whose IP packet and type stand; or keeps it until the neighbour has been found. */
export function sendToNeighbour(
  machine: IpMachine,
  nowNs: number,
  neighbour: Neighbour,
  packet: WaitingPacket,
  sink: IpSink,
): void {
  switch (neighbour.state) {
    case 'unknown':
      neighbour.state = 'incomplete';
      wait(machine, neighbour, packet, sink);
      askFirst(machine, nowNs, neighbour, sink);
      return;
    case 'incomplete':
      wait(machine, neighbour, packet, sink);
      return;
    case 'reachable':
      if (nowNs >= neighbour.reachableUntilNs) beginDelay(machine, nowNs, neighbour);
      break;
    case 'stale':
      beginDelay(machine, nowNs, neighbour);
      break;
    case 'delay':
    case 'probe':
      break;
    default:
      neighbour.state satisfies never;
  }
  transmitTo(neighbour, packet.frame, sink);
}

export function transmitTo(neighbour: Neighbour, frame: Frame, sink: IpSink): void {
  writeUnicastMacs(frame.bytes, neighbour.iface, neighbour);
  sink.transmit(neighbour.iface.index, frame);
}

/**
 * Asks without a packet, for somebody who sends by himself. True: it is confirmed, and nothing was asked;
 * else it is `reachable` after the answer, or `unknown` after the last question.
 */
export function askNeighbour(
  machine: IpMachine,
  nowNs: number,
  neighbour: Neighbour,
  sink: IpSink,
): boolean {
  const { state } = neighbour;
  if (state === 'reachable' && nowNs < neighbour.reachableUntilNs) return true;
  if (state === 'incomplete' || state === 'probe') return false;
  neighbour.state = state === 'unknown' ? 'incomplete' : 'probe';
  askFirst(machine, nowNs, neighbour, sink);
  return false;
}

function wait(machine: IpMachine, neighbour: Neighbour, packet: WaitingPacket, sink: IpSink): void {
  neighbour.waiting.push(packet);
  if (neighbour.waiting.length <= maxWaiting) return;
  releaseFrame(machine.pool, neighbour.waiting.shift()!.frame);
  recordDiscard(sink, neighbour.iface, 'too many packets wait for a neighbour');
}

function beginDelay(machine: IpMachine, nowNs: number, neighbour: Neighbour): void {
  neighbour.state = 'delay';
  armTimer(machine, neighbour, nowNs + delayFirstProbeNs);
}

function askFirst(machine: IpMachine, nowNs: number, neighbour: Neighbour, sink: IpSink): void {
  neighbour.solicitations = 0;
  askAgain(machine, nowNs, neighbour, sink);
}

function askAgain(machine: IpMachine, nowNs: number, neighbour: Neighbour, sink: IpSink): void {
  neighbour.solicitations++;
  armTimer(machine, neighbour, nowNs + retransmitNs);
  solicit(machine, neighbour, sink);
}

const nothing: readonly WaitingPacket[] = [];

/** Its deadline has come. What comes back could not be delivered: its senders are to be told. */
export function advanceNeighbour(
  machine: IpMachine,
  nowNs: number,
  neighbour: Neighbour,
  sink: IpSink,
): readonly WaitingPacket[] {
  switch (neighbour.state) {
    case 'delay':
      neighbour.state = 'probe';
      askFirst(machine, nowNs, neighbour, sink);
      return nothing;
    case 'incomplete':
    case 'probe':
      if (neighbour.solicitations >= maxSolicitations) return giveUp(neighbour, sink);
      askAgain(machine, nowNs, neighbour, sink);
      return nothing;
    case 'unknown':
    case 'reachable':
    case 'stale':
      return nothing;
  }
}

function giveUp(neighbour: Neighbour, sink: IpSink): readonly WaitingPacket[] {
  neighbour.state = 'unknown';
  recordNeighbour(sink, neighbour, 'lost');
  return neighbour.waiting.splice(0);
}

/**
 * The neighbour's address was heard. `confirmed`: as an answer to us, so the way there and back works;
 * otherwise it may be used, and is probed after the first use (RFC 4861 7.2.3, 7.2.5).
 */
export function learnNeighbour(
  machine: IpMachine,
  nowNs: number,
  neighbour: Neighbour,
  mac: Mac,
  confirmed: boolean,
  sink: IpSink,
): void {
  const isNew = neighbour.state === 'unknown' || neighbour.state === 'incomplete';
  const isChanged = isNew || macOf(neighbour) !== mac;
  neighbour.macHigh24 = highHalf(mac);
  neighbour.macLow24 = lowHalf(mac);
  if (confirmed) confirmNeighbour(machine, nowNs, neighbour);
  else if (isChanged) becomeStale(machine, neighbour);
  if (isChanged) recordNeighbour(sink, neighbour, isNew ? 'found' : 'changed');
  const waiting = neighbour.waiting.splice(0);
  for (const packet of waiting) sendToNeighbour(machine, nowNs, neighbour, packet, sink);
}

export function confirmNeighbour(machine: IpMachine, nowNs: number, neighbour: Neighbour): void {
  neighbour.state = 'reachable';
  neighbour.reachableUntilNs = nowNs + reachableNs;
  disarmTimer(machine, neighbour);
}

export function becomeStale(machine: IpMachine, neighbour: Neighbour): void {
  neighbour.state = 'stale';
  disarmTimer(machine, neighbour);
}
