/** By which of its links a node with several gets what it gets, step by step. */
import type { LinkStory, SampleStory } from '../../measure/story.ts';

export interface PathSpan {
  readonly fromNs: number;
  readonly toNs: number;
  /** `lte`, or `lte + wifi` where neither is much more than the other. */
  readonly links: string;
  /** Which of the node's links it is, counted from 0; after the last one: several. */
  readonly at: number;
}

export interface PathsOfNode {
  readonly node: string;
  readonly spans: readonly PathSpan[];
}

/** At nodes that pass nothing on, and no longer than the run. */
export function pathsAtEnds({ links, ends, endNs }: SampleStory): PathsOfNode[] {
  return pathsInUse(links.filter(({ toward }) => ends.includes(toward))).map(({ node, spans }) => ({
    node,
    spans: spans.map((span) => ({ ...span, toNs: Math.min(span.toNs, endNs) })),
  }));
}

/** Also where one of the links stands by for the whole run: that it carries nothing is what there is to see. */
export function pathsInUse(links: readonly LinkStory[]): PathsOfNode[] {
  const byNode = Map.groupBy(links, ({ toward }) => toward);
  return [...byNode]
    .filter(([, own]) => own.length > 1 && own.some(carries))
    .map(([node, own]) => ({ node, spans: spansOf(own) }))
    .filter(({ spans }) => spans.length > 0);
}

function carries({ deliveredBytes }: LinkStory): boolean {
  return deliveredBytes.values.some((bytes) => bytes > 0);
}

/** A link that brings a quarter of what the busiest one brings is in use beside it. */
const leastShare = 0.25;

/** Less than a hundredth of the busiest step is talk of the network itself: nothing is in use then. */
function spansOf(own: readonly LinkStory[]): PathSpan[] {
  const { stepNs } = own[0]!.deliveredBytes;
  const steps = Math.max(...own.map(({ deliveredBytes }) => deliveredBytes.values.length));
  const bytesAt = (at: number, step: number): number => own[at]!.deliveredBytes.values[step] ?? 0;
  const most = Math.max(...own.flatMap(({ deliveredBytes }) => deliveredBytes.values));
  const spans: PathSpan[] = [];
  for (let step = 0; step < steps; step++) {
    const busiest = Math.max(...own.map((_, at) => bytesAt(at, step)));
    if (busiest < most / 100) continue;
    const inUse = [...own.keys()].filter((at) => bytesAt(at, step) >= busiest * leastShare);
    const at = inUse.length === 1 ? inUse[0]! : own.length;
    const links = inUse.map((one) => own[one]!.link).join(' + ');
    const [fromNs, toNs] = [step * stepNs, (step + 1) * stepNs];
    const last = spans.at(-1);
    if (last?.links === links && last.toNs === fromNs) spans[spans.length - 1] = { ...last, toNs };
    else spans.push({ fromNs, toNs, links, at });
  }
  return spans;
}
