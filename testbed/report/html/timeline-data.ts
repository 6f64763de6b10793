/** All that a timeline shows, as rows: spans and steps, each from a moment to another. */
import type { FlowStory, LinkStory, SampleStory, Series, Span } from '../../measure/story.ts';
import type { DataTable } from './drawing.ts';
import { pathsAtEnds } from './paths-in-use.ts';

type Row = DataTable['rows'][number];

const heads = [
  ...['what', 'name', 'toward', 'from_ns', 'to_ns', 'bytes', 'rate_bps'],
  ...['under_way_frames', 'queued_frames', 'dropped_frames', 'text'],
] as const;

export function tabulateTimeline(story: SampleStory): DataTable {
  const { events, flows, links, notes, endNs } = story;
  return {
    heads,
    rows: [
      ...events.map(({ name, fromNs, toNs = endNs }) =>
        spanRow('event', { name }, { fromNs, toNs }),
      ),
      ...flows.flatMap(flowRows),
      ...pathsAtEnds(story).flatMap(({ node, spans }) =>
        spans.map((span) => spanRow('path', { name: node, text: span.links }, span)),
      ),
      ...links.flatMap(linkRows),
      ...notes.map(({ node, text, tNs }) =>
        spanRow('note', { name: node, text }, { fromNs: tNs, toNs: tNs }),
      ),
    ],
  };
}

interface SpanWords {
  readonly name: string;
  readonly toward?: string;
  readonly text?: string;
}

function spanRow(what: string, { name, toward, text }: SpanWords, { fromNs, toNs }: Span): Row {
  const figures = heads.slice(heads.indexOf('to_ns') + 1, -1).map(() => undefined);
  return [what, name, toward, fromNs, toNs, ...figures, text];
}

/** Silences that last a quarter of the longest at least: what is shorter is the pace of the flow. */
export function tellingGaps({ gaps }: FlowStory): Span[] {
  const longest = Math.max(0, ...gaps.map(({ fromNs, toNs }) => toNs - fromNs));
  return gaps.filter(({ fromNs, toNs }) => toNs - fromNs >= longest / 4);
}

function flowRows(story: FlowStory): Row[] {
  const { flow, to, arrivedBytes } = story;
  return [
    ...stepRows(['flow', flow, to], arrivedBytes, []),
    ...tellingGaps(story).map((gap) => spanRow('gap', { name: flow, toward: to }, gap)),
  ];
}

function linkRows({ link, toward, deliveredBytes, ...frames }: LinkStory): Row[] {
  const { underWayFrames, queuedFrames, droppedFrames } = frames;
  return stepRows(['link', link, toward], deliveredBytes, [
    underWayFrames,
    queuedFrames,
    droppedFrames,
  ]);
}

function stepRows(
  names: readonly string[],
  { stepNs, values }: Series,
  [underWay, queued, dropped]: readonly (Series | undefined)[],
): Row[] {
  const at = (series: Series | undefined, step: number) => series && (series.values[step] ?? 0);
  return values.map((bytes, step) => [
    ...names,
    ...[step * stepNs, (step + 1) * stepNs, bytes, (bytes * 8 * 1e9) / stepNs],
    ...[underWay, queued, dropped].map((series) => at(series, step)),
    undefined,
  ]);
}
