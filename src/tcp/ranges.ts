/** Ranges [left, right) of sequence numbers, disjoint, not touching, in ascending order. */

export interface Ranges {
  readonly list: Range[];
  /** Counted up at every addition: which range was touched last (RFC 2018 4 asks for that order). */
  turn: number;
}

export interface Range {
  left: number;
  right: number;
  touched: number;
}

export function createRanges(): Ranges {
  return { list: [], turn: 0 };
}

/** Adds [left, right), merging what it touches. */
export function addRange(ranges: Ranges, left: number, right: number): Range {
  const { list } = ranges;
  ranges.turn++;
  const first = firstEndingFrom(list, left);
  const found = list[first];
  if (found === undefined || found.left > right) {
    const added = { left, right, touched: ranges.turn };
    list.splice(first, 0, added);
    return added;
  }
  let past = first + 1;
  while (past < list.length && list[past]!.left <= right) past++;
  found.left = Math.min(found.left, left);
  found.right = Math.max(list[past - 1]!.right, right);
  found.touched = ranges.turn;
  if (past > first + 1) list.splice(first + 1, past - first - 1);
  return found;
}

/** Forgets all below `sequence`. */
export function dropRangesBelow(ranges: Ranges, sequence: number): void {
  const { list } = ranges;
  let gone = 0;
  while (gone < list.length && list[gone]!.right <= sequence) gone++;
  if (gone > 0) list.splice(0, gone);
  const first = list[0];
  if (first !== undefined && first.left < sequence) first.left = sequence;
}

export function holdsRange(ranges: Ranges, left: number, right: number): boolean {
  const found = ranges.list[firstEndingFrom(ranges.list, left + 1)];
  return found !== undefined && found.left <= left && right <= found.right;
}

/** The index of the first range whose right edge is at `sequence` or beyond. */
export function firstEndingFrom(list: readonly Range[], sequence: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.right < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
