/** A wire that loses, doubles, delays and corrupts, by a seed; and sides that are saved and restored. */
import { drawBelow, drawChance, drawUnit, type Random } from '../base/random.ts';
import { restoreMachine, serialiseMachine } from './carry.ts';
import { createTcpMachine } from './machine.ts';
import type { TestPacket, TestSide, TestWire } from './testing-wire.ts';

export interface Faults {
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  readonly reorderRatio: number;
  readonly corruptRatio: number;
  /** They may overlap. */
  readonly outages: readonly Outage[];
}

/** Nothing passes one way, or both, from then on, for so long. */
export interface Outage {
  readonly fromNs: number;
  readonly forNs: number;
  readonly way: 'from-a' | 'from-b' | 'both';
}

const tcpAt = 40;

export function disturb(wire: TestWire, faults: Faults, random: Random): void {
  const startNs = wire.nowNs;
  wire.fate = (packet) => {
    const sinceNs = wire.nowNs - startNs;
    const isOut = faults.outages.some((outage) => isStopped(packet, sinceNs, outage));
    if (isOut || drawChance(random, faults.lossRatio)) return [];
    const passed = [packet];
    if (drawChance(random, faults.duplicateRatio)) passed.push(later(packet, wire.delayNs, random));
    if (drawChance(random, faults.reorderRatio)) passed[0] = later(packet, wire.delayNs, random);
    if (drawChance(random, faults.corruptRatio)) passed[0] = corrupt(passed[0]!, random);
    return passed;
  };
}

function isStopped({ from }: TestPacket, sinceNs: number, { fromNs, forNs, way }: Outage): boolean {
  const isItsWay = way === 'both' || way === `from-${from.name}`;
  return isItsWay && sinceNs >= fromNs && sinceNs < fromNs + forNs;
}

function later(packet: TestPacket, mostNs: number, random: Random): TestPacket {
  return { ...packet, atNs: packet.atNs + drawUnit(random) * mostNs };
}

/** One bit of the segment, which every checksum shows. */
function corrupt(packet: TestPacket, random: Random): TestPacket {
  const bytes = packet.bytes.slice();
  const from = bytes[0]! >>> 4 === 4 ? tcpAt - 20 : tcpAt;
  const at = from + drawBelow(random, bytes.length - from);
  bytes[at]! ^= 1 << drawBelow(random, 8);
  return { ...packet, bytes };
}

/** The side dies and lives again from its machine's bytes, on a clock that shows something else. */
export function reviveSide(side: TestSide, random: Random): void {
  const before = side.machine.connections.slots.filter((one) => one !== undefined);
  const bytes = serialiseMachine(side.machine);
  const shiftNs = drawBelow(random, 1_000_000_000) * 10;
  const { mtuTo } = side.machine;
  side.machine = createTcpMachine({ random, mtuTo });
  side.clockOffsetNs += shiftNs;
  const outcome = restoreMachine(side.machine, bytes, shiftNs);
  if (outcome.kind !== 'restored') throw new Error(`not restored: ${outcome.reason}`);
  for (const one of before) side.renamed.set(one, outcome.connections.get(one.id)!);
}
