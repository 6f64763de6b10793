/** What is due next: a binary heap of entries by their moment, the earliest first. */

export interface Momentary {
  readonly atNs: number;
}

export function pushMoment<Entry extends Momentary>(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    if (heap[parent]!.atNs <= entry.atNs) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

/** Takes away the first, of which there is one. */
export function popMoment<Entry extends Momentary>(heap: Entry[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.atNs < heap[child]!.atNs) child++;
    if (heap[child]!.atNs >= last.atNs) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
