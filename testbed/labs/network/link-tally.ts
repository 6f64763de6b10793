/**
 * What links carried, over time, and the packets around a few moments: seen where captures see it, so that a
 * frame pays nothing where nobody asks.
 */
import type { Frame } from '../../../src/base/frame.ts';
import { labNode, type TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedLink } from '../../plan/plan.ts';
import { PacketMemory } from './packet-memory.ts';
import type { CaptureDirection, FrameCapture, Surroundings } from './station.ts';

const firstStepNs = 100_000_000;
const mostSteps = 600;
/** A drawing of more would show nothing, and in a large network the counting would be felt. */
const mostLinks = 256;

interface DirectionTally {
  readonly link: string;
  readonly toward: string;
  readonly deliveredBytes: number[];
  readonly underWayFrames: number[];
  readonly queuedFrames: number[];
  readonly droppedFrames: number[];
  underWay: number;
}

interface LinkEnds {
  readonly ends: readonly [DirectionTally, DirectionTally];
}

/** Undefined: the network is too large to be drawn. */
export function tallyLinks(links: readonly PlannedLink[]): LinkTally | undefined {
  return links.length > mostLinks ? undefined : new LinkTally(links);
}

export class LinkTally implements FrameCapture {
  readonly #links: ReadonlyMap<string, LinkEnds>;
  readonly #packets = new PacketMemory();
  /** Sees the same, and may change while the run goes on. */
  next: FrameCapture | undefined;
  #stepNs = firstStepNs;

  constructor(links: readonly PlannedLink[]) {
    this.#links = new Map(
      links.map(({ name, ends: [left, right] }) => [
        name,
        { ends: [createTally(name, left.node), createTally(name, right.node)] },
      ]),
    );
  }

  frame(tNs: number, node: string, link: string, direction: CaptureDirection, frame: Frame): void {
    this.next?.frame(tNs, node, link, direction, frame);
    this.#packets.frame(tNs, node, link, direction, frame);
    const tally = this.#directionOf(link, node, direction === 'inbound');
    if (tally === undefined) return;
    const step = this.#stepOf(tNs);
    if (direction === 'inbound') {
      add(tally.deliveredBytes, step, frame.length);
      // Copies made on the wire arrive without having left.
      tally.underWay = Math.max(0, tally.underWay - 1);
    } else {
      tally.underWay += 1;
      fill(tally.underWayFrames, step);
      tally.underWayFrames[step] = Math.max(tally.underWayFrames[step]!, tally.underWay);
    }
  }

  queued(tNs: number, toward: string, link: string, frames: number): void {
    const tally = this.#directionOf(link, toward, true);
    if (tally === undefined) return;
    const step = this.#stepOf(tNs);
    fill(tally.queuedFrames, step);
    tally.queuedFrames[step] = Math.max(tally.queuedFrames[step]!, frames);
  }

  /** Something is done to the network: a reader will ask which packets were under way. */
  mark(tNs: number, about: string): void {
    this.#packets.mark(tNs, about);
  }

  /** A frame that does not arrive is told by a record. */
  note(kind: string, tNs: number, fields: Readonly<Record<string, unknown>>): void {
    this.#packets.note(kind, tNs);
    if (kind !== 'link.dropped') return;
    const tally = this.#directionOf(String(fields['link']), String(fields['toward']), true);
    if (tally === undefined) return;
    add(tally.droppedFrames, this.#stepOf(tNs), 1);
    tally.underWay = Math.max(0, tally.underWay - 1);
  }

  /** One for each direction that carried anything, and for each moment. */
  write(record: Surroundings['record'], nowNs: number): void {
    this.#packets.write(record, nowNs);
    const length = this.#stepOf(nowNs) + 1;
    for (const { ends } of this.#links.values()) {
      for (const { link, toward, ...tally } of ends) {
        const { deliveredBytes, underWayFrames, queuedFrames, droppedFrames } = tally;
        if (deliveredBytes.length === 0 && underWayFrames.length === 0) continue;
        const series = { deliveredBytes, underWayFrames, queuedFrames, droppedFrames };
        for (const values of Object.values(series)) fill(values, length - 1);
        record(nowNs, labNode, 'link.series', { link, toward, stepNs: this.#stepNs, ...series });
      }
    }
  }

  #directionOf(link: string, node: string, isToward: boolean): DirectionTally | undefined {
    return this.#links.get(link)?.ends.find((end) => (end.toward === node) === isToward);
  }

  #stepOf(tNs: number): number {
    while (tNs / this.#stepNs >= mostSteps) this.#widen();
    return Math.floor(tNs / this.#stepNs);
  }

  #widen(): void {
    this.#stepNs *= 2;
    for (const { ends } of this.#links.values()) {
      for (const { deliveredBytes, underWayFrames, queuedFrames, droppedFrames } of ends) {
        joinPairs(deliveredBytes, (a, b) => a + b);
        joinPairs(underWayFrames, Math.max);
        joinPairs(queuedFrames, Math.max);
        joinPairs(droppedFrames, (a, b) => a + b);
      }
    }
  }
}

/** Tells the tally of what is recorded as well. */
export function recordInto(
  tally: LinkTally | undefined,
  onRecord: (record: TraceRecord) => void,
): Surroundings['record'] {
  return (tNs, node, kind, fields) => {
    tally?.note(kind, tNs, fields);
    onRecord({ tNs, node, kind, ...fields });
  };
}

function createTally(link: string, toward: string): DirectionTally {
  const series = { deliveredBytes: [], underWayFrames: [], queuedFrames: [], droppedFrames: [] };
  return { link, toward, ...series, underWay: 0 };
}

function add(values: number[], at: number, more: number): void {
  fill(values, at);
  values[at]! += more;
}

function fill(values: number[], upTo: number): void {
  while (values.length <= upTo) values.push(0);
}

function joinPairs(values: number[], join: (a: number, b: number) => number): void {
  const half = Math.ceil(values.length / 2);
  for (let at = 0; at < half; at++) values[at] = join(values[2 * at]!, values[2 * at + 1] ?? 0);
  values.length = half;
}
