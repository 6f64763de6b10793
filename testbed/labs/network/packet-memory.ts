/**
 * The packets around the moments that a reader asks about. Which moment matters is known only when it has
 * come, so that the last few are always at hand; those that follow are added until there are enough.
 */
import { hexOf } from '../../../src/base/bytes.ts';
import type { Frame } from '../../../src/base/frame.ts';
import { labNode } from '../../../src/trace/record.ts';
import type { CaptureDirection, FrameCapture, Surroundings } from './station.ts';

const before = 16;
const after = 40;
/** A scenario with a hundred events shows the first few. */
const mostMoments = 6;
/** Ethernet, IPv6 and TCP with options, or a whole small datagram. */
const headBytes = 96;

interface SeenPacket {
  tNs: number;
  node: string;
  link: string;
  direction: CaptureDirection;
  length: number;
  readonly head: Uint8Array;
}

interface KeptMoment {
  readonly about: string;
  readonly tNs: number;
  readonly seen: SeenPacket[];
  wanted: number;
}

/** Of these the first is a moment; a run begins with one. */
const tellingKinds: ReadonlySet<string> = new Set([
  'link.dropped',
  'nat.dropped',
  'path.replaced',
  'path.suspected',
  'punch.started',
]);

export class PacketMemory implements FrameCapture {
  /** Filled round and round, without making anything for a frame. */
  readonly #ring: readonly SeenPacket[] = Array.from({ length: before }, createSeenPacket);
  #count = 0;
  /** Before this one all are in a moment, or forgotten. */
  #firstFree = 0;
  readonly #moments: KeptMoment[] = [];
  readonly #told = new Set<string>();
  #open: KeptMoment | undefined;
  /** No moment can come any more: a frame costs this question and nothing else. */
  #isDone = false;

  frame(tNs: number, node: string, link: string, direction: CaptureDirection, frame: Frame): void {
    if (this.#isDone) return;
    if (this.#count === 0) this.mark(tNs, 'start');
    const seen = this.#ring[this.#count++ % before]!;
    seen.tNs = tNs;
    seen.node = node;
    seen.link = link;
    seen.direction = direction;
    seen.length = frame.length;
    const { bytes } = frame;
    const end = Math.min(frame.length, headBytes);
    for (let at = 0; at < end; at++) seen.head[at] = bytes[at]!;
    const open = this.#open;
    if (open === undefined) return;
    open.seen.push(copyOf(seen));
    this.#firstFree = this.#count;
    open.wanted -= 1;
    if (open.wanted > 0) return;
    this.#open = undefined;
    this.#isDone = this.#moments.length === mostMoments;
  }

  /** Some moments show in records: what is dropped, and what becomes of paths. */
  note(kind: string, tNs: number): void {
    if (!tellingKinds.has(kind) || this.#told.has(kind)) return;
    this.#told.add(kind);
    this.mark(tNs, kind);
  }

  /** One that comes while another is looked at only makes that last longer. */
  mark(tNs: number, about: string): void {
    if (this.#open !== undefined) {
      this.#open.wanted = after;
      return;
    }
    if (this.#isDone) return;
    const known = Math.min(this.#count - this.#firstFree, before);
    const seen = Array.from({ length: known }, (_, at) =>
      copyOf(this.#ring[(this.#count - known + at) % before]!),
    );
    this.#open = { about, tNs, seen, wanted: after };
    this.#moments.push(this.#open);
  }

  /** A record for each moment, a column for each property of a packet. */
  write(record: Surroundings['record'], nowNs: number): void {
    for (const { about, tNs, seen } of this.#moments) {
      if (seen.length === 0) continue;
      record(nowNs, labNode, 'link.packets', {
        about,
        momentNs: tNs,
        atNs: seen.map((one) => one.tNs),
        node: seen.map(({ node }) => node),
        link: seen.map(({ link }) => link),
        way: seen.map(({ direction }) => direction),
        bytes: seen.map(({ length }) => length),
        head: seen.map(headText),
      });
    }
  }
}

function createSeenPacket(): SeenPacket {
  const head = new Uint8Array(headBytes);
  return { tNs: 0, node: '', link: '', direction: 'inbound', length: 0, head };
}

function copyOf(seen: SeenPacket): SeenPacket {
  return { ...seen, head: seen.head.slice(0, Math.min(seen.length, headBytes)) };
}

/** In hexadecimal; the zeros that test traffic is filled with are left out. */
function headText({ head }: SeenPacket): string {
  const filled = head.findLastIndex((byte) => byte !== 0) + 1;
  return hexOf(head.subarray(0, filled));
}
