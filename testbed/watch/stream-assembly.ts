/** How many bytes of a TCP stream the receiver's node can hand on, as its segments come in any order. */
import { placeNear, placeOfFirst } from './sequence-line.ts';

interface Range {
  readonly from: number;
  /** Without this one. */
  readonly to: number;
}

export interface StreamAssembly {
  /** The place of the next byte; undefined: nothing was seen. */
  next: number | undefined;
  /** What came too early, in order and apart from each other. */
  ahead: Range[];
}

export function createAssembly(): StreamAssembly {
  return { next: undefined, ahead: [] };
}

/** The stream begins behind this number; said again, nothing changes. */
export function noteSyn(assembly: StreamAssembly, sequence: number): void {
  const { next } = assembly;
  const isAgain = next !== undefined && placeNear(next, sequence) < next && isNear(next, sequence);
  if (isAgain) return;
  assembly.next = placeOfFirst(sequence) + 1;
  assembly.ahead = [];
}

/** A new connection on the same ports begins far from the old one (RFC 6528), an old SYN does not. */
function isNear(next: number, sequence: number): boolean {
  return next - placeNear(next, sequence) < 0x1000_0000;
}

/** How many bytes became deliverable by this payload: none, its own, or more where it fills a hole. */
export function noteSegment(assembly: StreamAssembly, sequence: number, bytes: number): number {
  if (bytes === 0) return 0;
  // Where the beginning was not seen, the stream begins here.
  assembly.next ??= placeOfFirst(sequence);
  const before = assembly.next;
  const from = placeNear(before, sequence);
  const to = from + bytes;
  if (to <= before) return 0;
  if (from > before) assembly.ahead = insert(assembly.ahead, { from, to });
  else advance(assembly, to);
  return assembly.next - before;
}

function advance(assembly: StreamAssembly, to: number): void {
  let next = to;
  let used = 0;
  for (const range of assembly.ahead) {
    if (range.from > next) break;
    next = Math.max(next, range.to);
    used += 1;
  }
  assembly.ahead = assembly.ahead.slice(used);
  assembly.next = next;
}

function insert(ahead: readonly Range[], range: Range): Range[] {
  let { from, to } = range;
  const before = ahead.filter((one) => one.to < from);
  const behind = ahead.filter((one) => one.from > to);
  for (const one of ahead.slice(before.length, ahead.length - behind.length)) {
    from = Math.min(from, one.from);
    to = Math.max(to, one.to);
  }
  return [...before, { from, to }, ...behind];
}
