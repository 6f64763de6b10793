/** A learning bridge (IEEE 802.1Q 8.8): it sends a frame where its destination was last heard. */
import { readU48 } from '../../src/base/bytes.ts';
import { copyFrame, type Frame, type FramePool, releaseFrame } from '../../src/base/frame.ts';
import { isGroupMac, type Mac } from '../../src/base/mac.ts';
import { nsPerSecond } from '../../src/base/time.ts';

/** IEEE 802.1Q table 8-6: the recommended ageing time. */
const ageingNs = 300 * nsPerSecond;

/** Beyond it the address learned first makes room, so that invented sources can't fill the memory. */
const mostAddresses = 65_536;

/** IEEE 802.1Q table 8-1: 01-80-C2-00-00-00 to -0F concern one link and no bridge passes them on. */
const reservedBlock = 0x0180_c200_000;

const shortestFrameBytes = 14;

interface Sighting {
  port: number;
  seenNs: number;
}

export interface Switch {
  readonly portCount: number;
  readonly pool: FramePool;
  readonly sightings: Map<number, Sighting>;
  readonly counters: SwitchCounters;
}

interface SwitchCounters {
  /** To the one port where the destination is. */
  forwardedFrames: number;
  floodedFrames: number;
  /** Destined to the port they came from, reserved for one link, or too short to have addresses. */
  filteredFrames: number;
}

export interface SwitchSink {
  /** The frame is the sink's from now on. */
  transmit(port: number, frame: Frame): void;
}

export function createSwitch(portCount: number, pool: FramePool): Switch {
  const counters = { forwardedFrames: 0, floodedFrames: 0, filteredFrames: 0 };
  return { portCount, pool, sightings: new Map(), counters };
}

/** Takes the frame over. */
export function receiveOnPort(
  sw: Switch,
  nowNs: number,
  port: number,
  frame: Frame,
  sink: SwitchSink,
): void {
  if (frame.length < shortestFrameBytes) {
    filter(sw, frame);
    return;
  }
  learn(sw, nowNs, port, readU48(frame.bytes, 6) as Mac);
  const destination = readU48(frame.bytes, 0) as Mac;
  const leavesBy = isGroupMac(destination) ? undefined : portOf(sw, nowNs, destination);
  if (leavesBy === port || Math.floor(destination / 16) === reservedBlock) filter(sw, frame);
  else if (leavesBy === undefined) flood(sw, port, frame, sink);
  else {
    sw.counters.forwardedFrames++;
    sink.transmit(leavesBy, frame);
  }
}

/** What was learned on a port whose cable was pulled. */
export function forgetPort(sw: Switch, port: number): void {
  for (const [mac, sighting] of sw.sightings) {
    if (sighting.port === port) sw.sightings.delete(mac);
  }
}

function learn(sw: Switch, nowNs: number, port: number, source: Mac): void {
  if (isGroupMac(source)) return;
  const known = sw.sightings.get(source);
  if (known !== undefined) {
    known.port = port;
    known.seenNs = nowNs;
    return;
  }
  if (sw.sightings.size >= mostAddresses) {
    for (const first of sw.sightings.keys()) {
      sw.sightings.delete(first);
      break;
    }
  }
  sw.sightings.set(source, { port, seenNs: nowNs });
}

function portOf(sw: Switch, nowNs: number, destination: Mac): number | undefined {
  const known = sw.sightings.get(destination);
  if (known === undefined) return undefined;
  if (nowNs - known.seenNs <= ageingNs) return known.port;
  sw.sightings.delete(destination);
  return undefined;
}

/** The last port gets the frame itself, the others copies. */
function flood(sw: Switch, from: number, frame: Frame, sink: SwitchSink): void {
  sw.counters.floodedFrames++;
  const last = from === sw.portCount - 1 ? sw.portCount - 2 : sw.portCount - 1;
  for (let port = 0; port < last; port++) {
    if (port !== from) sink.transmit(port, copyFrame(sw.pool, frame));
  }
  if (last >= 0) sink.transmit(last, frame);
  else releaseFrame(sw.pool, frame);
}

function filter(sw: Switch, frame: Frame): void {
  sw.counters.filteredFrames++;
  releaseFrame(sw.pool, frame);
}
