/** Dijkstra's algorithm: least delay first, then fewest hops, then who came first. */
import type { Edge } from './route-graph.ts';

export interface ShortestPaths {
  /** Vertices that can be reached, nearest first. */
  readonly order: readonly number[];
  /** The edge by which a vertex is reached; undefined at a source. */
  readonly via: readonly (Edge | undefined)[];
}

export interface Step {
  readonly edge: Edge;
  /** Where the step leads: an edge's end, or its start where paths are followed backwards. */
  readonly to: number;
}

interface Entry {
  readonly vertex: number;
  readonly delayNs: number;
  readonly hops: number;
  readonly serial: number;
  readonly via: Edge | undefined;
}

export function findShortestPaths(
  size: number,
  sources: readonly number[],
  stepsFrom: (vertex: number) => readonly Step[],
): ShortestPaths {
  const via = new Array<Edge | undefined>(size);
  const best = new Array<Entry | undefined>(size);
  const settled = new Uint8Array(size);
  const order: number[] = [];
  const heap: Entry[] = [];
  let serial = 0;
  const offer = (entry: Entry) => {
    const known = best[entry.vertex];
    if (known && !isNearer(entry, known)) return;
    best[entry.vertex] = entry;
    pushEntry(heap, entry);
  };
  for (const vertex of sources) {
    offer({ vertex, delayNs: 0, hops: 0, serial: serial++, via: undefined });
  }
  for (let next = popEntry(heap); next; next = popEntry(heap)) {
    if (settled[next.vertex]) continue;
    settled[next.vertex] = 1;
    order.push(next.vertex);
    via[next.vertex] = next.via;
    for (const { edge, to } of stepsFrom(next.vertex)) {
      if (settled[to]) continue;
      const delayNs = next.delayNs + edge.delayNs;
      offer({ vertex: to, delayNs, hops: next.hops + edge.hops, serial: serial++, via: edge });
    }
  }
  return { order, via };
}

function isNearer(a: Entry, b: Entry): boolean {
  if (a.delayNs !== b.delayNs) return a.delayNs < b.delayNs;
  return a.hops === b.hops ? a.serial < b.serial : a.hops < b.hops;
}

function pushEntry(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isNearer(entry, heap[above]!)) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = entry;
}

function popEntry(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let below = at * 2 + 1;
    if (below + 1 < heap.length && isNearer(heap[below + 1]!, heap[below]!)) below += 1;
    if (below >= heap.length || !isNearer(heap[below]!, last)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
  return top;
}
