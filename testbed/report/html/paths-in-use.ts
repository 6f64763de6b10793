/** By which of its links a node with several gets most of what it gets, step by step. */
import type { LinkStory } from '../../measure/story.ts';

export interface PathSpan {
  readonly fromNs: number;
  readonly toNs: number;
  readonly link: string;
  /** Which of the node's links it is, counted from 0. */
  readonly at: number;
}

export interface PathsOfNode {
  readonly node: string;
  readonly spans: readonly PathSpan[];
}

export function pathsInUse(links: readonly LinkStory[]): PathsOfNode[] {
  const byNode = Map.groupBy(links, ({ toward }) => toward);
  return [...byNode]
    .filter(([, own]) => own.length > 1 && own.every(carries))
    .map(([node, own]) => ({ node, spans: spansOf(own) }))
    .filter(({ spans }) => spans.length > 0);
}

function carries({ deliveredBytes }: LinkStory): boolean {
  return deliveredBytes.values.some((bytes) => bytes > 0);
}

/** Less than a hundredth of the busiest step is talk of the network itself: nothing is in use then. */
function spansOf(own: readonly LinkStory[]): PathSpan[] {
  const { stepNs } = own[0]!.deliveredBytes;
  const steps = Math.max(...own.map(({ deliveredBytes }) => deliveredBytes.values.length));
  const bytesAt = (at: number, step: number): number => own[at]!.deliveredBytes.values[step] ?? 0;
  const most = Math.max(...own.flatMap(({ deliveredBytes }) => deliveredBytes.values));
  const spans: PathSpan[] = [];
  for (let step = 0; step < steps; step++) {
    const order = own.map((_, at) => at).toSorted((a, b) => bytesAt(b, step) - bytesAt(a, step));
    const at = order[0]!;
    if (bytesAt(at, step) < most / 100) continue;
    const [fromNs, toNs] = [step * stepNs, (step + 1) * stepNs];
    const last = spans.at(-1);
    if (last?.at === at && last.toNs === fromNs) spans[spans.length - 1] = { ...last, toNs };
    else spans.push({ fromNs, toNs, link: own[at]!.link, at });
  }
  return spans;
}
