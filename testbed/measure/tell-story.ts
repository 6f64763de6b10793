/** From the records of one run to what can be drawn of it. */
import type { TraceRecord } from '../../src/trace/record.ts';
import { chooseMoment, tellExchange } from './exchange.ts';
import { endsOf, type FlowEnds } from './messages.ts';
import { tellHappening } from './note-text.ts';
import { type MeasureContext, type Observations, observe } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { seriesOf, stepFor } from './series.ts';
import {
  type BoxStory,
  type FlowStory,
  type LatenessStory,
  type LinkStory,
  type SampleStory,
  type Span,
  type StoryEvent,
  type StoryNote,
  storyVersion,
} from './story.ts';

const mostFlows = 12;
const mostLinks = 16;
const mostNotes = 80;
const mostGaps = 3;

export function tellStory(context: MeasureContext): SampleStory {
  const observations = observe(context);
  const { plan, records, t0Ns } = context;
  const { endNs } = observations;
  const events = eventsIn(records);
  const flows = flowsOf(observations, records);
  const moment = chooseMoment(records, { events, flows, endNs });
  return {
    version: storyVersion,
    ...{ t0Ns, endNs, events, flows },
    ends: plan.nodes.filter(({ forwards }) => !forwards).map(({ name }) => name),
    links: linksIn(records),
    notes: notesIn(records),
    exchange: tellExchange(context, observations, moment),
    boxes: records.flatMap(boxOf),
    lateness: records.flatMap(latenessOf),
  };
}

function eventsIn(records: readonly TraceRecord[]): StoryEvent[] {
  const ended = new Map(
    records
      .filter(({ kind }) => kind === 'event.ended')
      .map((record) => [occurrenceOf(record), record.tNs]),
  );
  return records
    .filter(({ kind }) => kind === 'event.began')
    .map((record) => ({
      name: String(record['event']),
      fromNs: record.tNs,
      toNs: ended.get(occurrenceOf(record)),
    }));
}

function occurrenceOf(record: TraceRecord): string {
  return `${record['event']} ${record['occurrence']}`;
}

/** Those that brought most. */
function flowsOf({ traffic, endNs }: Observations, records: readonly TraceRecord[]): FlowStory[] {
  return [...traffic.values()]
    .filter(({ flow }) => flow.openedNs !== undefined)
    .toSorted((a, b) => b.flow.arrivedNs.length - a.flow.arrivedNs.length)
    .slice(0, mostFlows)
    .map((one) => flowStory(one, endsOf(one, records), endNs));
}

function flowStory({ flow }: ObservedTraffic, ends: FlowEnds, endNs: number): FlowStory {
  const { arrivedNs, arrivedBytes } = flow;
  const { flow: name, from, to, asks } = ends;
  const steps = { endNs, stepNs: stepFor(endNs) };
  return {
    flow: name,
    // What is counted of questions is their answers.
    ...(asks ? { from: to, to: from } : { from, to }),
    arrivedBytes: seriesOf(arrivedNs, arrivedBytes, steps),
    gaps: gapsIn(arrivedNs),
  };
}

/** Silences that stand out: five times as long as the usual one, and longer than 20 ms. */
function gapsIn(timesNs: readonly number[]): Span[] {
  const spans = timesNs.slice(1).map((toNs, at) => ({ fromNs: timesNs[at]!, toNs }));
  const byLength = spans.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const usualNs = byLength.length === 0 ? 0 : lengthOf(byLength[byLength.length >> 1]!);
  return byLength
    .slice(0, mostGaps)
    .filter((span) => lengthOf(span) > Math.max(5 * usualNs, 20_000_000));
}

function lengthOf({ fromNs, toNs }: Span): number {
  return toNs - fromNs;
}

/** Those that carried most, as the lab tells at the end. */
function linksIn(records: readonly TraceRecord[]): LinkStory[] {
  return records
    .filter(({ kind }) => kind === 'link.series')
    .toSorted((a, b) => sum(b['deliveredBytes']) - sum(a['deliveredBytes']))
    .slice(0, mostLinks)
    .map((record) => ({
      link: String(record['link']),
      toward: String(record['toward']),
      deliveredBytes: seriesIn(record, 'deliveredBytes'),
      underWayFrames: seriesIn(record, 'underWayFrames'),
      droppedFrames: seriesIn(record, 'droppedFrames'),
      ...(record['queuedFrames'] !== undefined && {
        queuedFrames: seriesIn(record, 'queuedFrames'),
      }),
    }));
}

function seriesIn(record: TraceRecord, field: string): LinkStory['deliveredBytes'] {
  return { stepNs: Number(record['stepNs']), values: record[field] as readonly number[] };
}

function sum(values: unknown): number {
  return (values as readonly number[]).reduce((total, value) => total + value, 0);
}

function notesIn(records: readonly TraceRecord[]): StoryNote[] {
  const notes: StoryNote[] = [];
  for (const record of records) {
    if (notes.length === mostNotes) break;
    const text = tellHappening(record);
    if (text !== undefined) notes.push({ tNs: record.tNs, node: record.node, text });
  }
  return notes;
}

function boxOf(record: TraceRecord): BoxStory[] {
  if (record.kind !== 'nat.classified') return [];
  const [program, mapping, filtering] = ['program', 'mapping', 'filtering'].map((field) =>
    String(record[field] ?? 'unknown'),
  ) as [string, string, string];
  return [{ node: record.node, program, mapping, filtering }];
}

function latenessOf(record: TraceRecord): LatenessStory[] {
  const { kind, node } = record;
  if (!kind.endsWith('.lateness') || typeof record['worstNs'] !== 'number') return [];
  const whose = [record['link'], record['toward'], record['id']].filter((name) => name != null);
  const what = [kind.replace('.lateness', ''), ...(whose.length > 0 ? whose : [node])].join(' ');
  const p99Ns = typeof record['p99Ns'] === 'number' ? record['p99Ns'] : record['worstNs'];
  return [{ what, p99Ns, worstNs: record['worstNs'] }];
}
