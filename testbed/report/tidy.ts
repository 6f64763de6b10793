/** A result as tidy tables: a row an observation, a column a variable, the unit in its name. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { SampleStory, Series } from '../measure/story.ts';
import type { Result, SampleResult } from '../schema/result.ts';

export interface TidyColumn {
  readonly name: string;
  readonly unit: string;
  readonly holds: string;
}

type Cell = string | number | undefined;

const place: readonly TidyColumn[] = [
  { name: 'scenario', unit: '', holds: 'the scenario’s name' },
  { name: 'lab', unit: '', holds: 'where it ran' },
  { name: 'case', unit: '', holds: 'the case of the matrix' },
  { name: 'variant', unit: '', holds: 'the variant' },
  { name: 'sample', unit: '', holds: 'its number, from 1' },
];

export const tidyTables = {
  'samples.csv': [
    ...place,
    { name: 'seed', unit: '', holds: 'what its random streams were derived from' },
    { name: 'outcome', unit: '', holds: 'finished, failed, invalid, unsupported or interrupted' },
    { name: 'metric', unit: '', holds: 'a measure, or traffic and property' },
    { name: 'time_ns', unit: 'ns', holds: 'the figure, where it is a time' },
    { name: 'rate_bps', unit: 'bit/s', holds: 'the figure, where it is a rate' },
    { name: 'size_bytes', unit: 'bytes', holds: 'the figure, where it is a size' },
    { name: 'plain', unit: '1', holds: 'the figure, where it is a count or a ratio' },
  ],
  'series.csv': [
    ...place,
    { name: 'what', unit: '', holds: 'flow: what the application got; link: what it delivered' },
    { name: 'name', unit: '', holds: 'the flow or the link' },
    { name: 'toward', unit: '', holds: 'the node that gets it' },
    { name: 'from_ns', unit: 'ns', holds: 'when the step begins, from the run’s start' },
    {
      name: 'step_ns',
      unit: 'ns',
      holds: 'how long the step is; 100 ms unless the run is short or long',
    },
    { name: 'bytes', unit: 'bytes', holds: 'payload of a flow, frames of a link' },
    {
      name: 'under_way_frames',
      unit: 'frames',
      holds: 'of a link: the most that were queued or on the wire',
    },
    { name: 'queued_frames', unit: 'frames', holds: 'of a link: the most that waited for it' },
    { name: 'dropped_frames', unit: 'frames', holds: 'of a link: lost, overflowed or refused' },
  ],
  'packets.csv': [
    ...place,
    { name: 't_ns', unit: 'ns', holds: 'when, on the clock of the node' },
    { name: 'node', unit: '', holds: 'who says so' },
    { name: 'kind', unit: '', holds: 'the kind of the record, such as datagram.sent' },
    { name: 'flow', unit: '', holds: 'the traffic or the watched flow' },
    { name: 'n', unit: '', holds: 'the packet’s number, from 1; 0: unknown' },
    { name: 'bytes', unit: 'bytes', holds: 'payload; of link.dropped the frame' },
    { name: 'rtt_ns', unit: 'ns', holds: 'of an answer: since its question' },
  ],
} as const satisfies Readonly<Record<string, readonly TidyColumn[]>>;

export type TidyName = keyof typeof tidyTables;

export function headOf(name: TidyName): string {
  return formatLine(tidyTables[name].map((column) => column.name));
}

/** `dictionary.csv`: what each column of each table holds. */
export function formatDictionary(): string {
  const rows = Object.entries(tidyTables).flatMap(([file, columns]) =>
    columns.map(({ name, unit, holds }) => formatLine([file, name, unit, holds])),
  );
  return [formatLine(['file', 'column', 'unit', 'holds']), ...rows].join('');
}

export function sampleLines(result: Result, sample: SampleResult): string {
  const own = placeOf(result, sample);
  return Object.entries(sample.metrics)
    .flatMap(([name, metric]) => {
      if (metric.kind === 'missing') return [];
      const inColumn = (dimension: string): Cell =>
        metric.dimension === dimension ? metric.value : undefined;
      const figures = ['time', 'rate', 'size', 'plain'].map(inColumn);
      return formatLine([...own, sample.seed, sample.outcome.kind, name, ...figures]);
    })
    .join('');
}

export function seriesLines(result: Result, sample: SampleResult, story: SampleStory): string {
  const own = placeOf(result, sample);
  const lines = (names: readonly Cell[], bytes: Series, more: readonly (Series | undefined)[]) =>
    bytes.values.map((value, step) => {
      const rest = more.map((series) => series && (series.values[step] ?? 0));
      return formatLine([...own, ...names, step * bytes.stepNs, bytes.stepNs, value, ...rest]);
    });
  return [
    ...story.flows.flatMap(({ flow, to, arrivedBytes }) =>
      lines(['flow', flow, to], arrivedBytes, [undefined, undefined, undefined]),
    ),
    ...story.links.flatMap(({ link, toward, deliveredBytes, ...frames }) => {
      const { underWayFrames, queuedFrames, droppedFrames } = frames;
      const counts = [underWayFrames, queuedFrames, droppedFrames];
      return lines(['link', link, toward], deliveredBytes, counts);
    }),
  ].join('');
}

/** Empty: the record is of no packet. */
export function packetLines(result: Result, sample: SampleResult, record: TraceRecord): string {
  const { kind, tNs, node } = record;
  const own = placeOf(result, sample);
  if (/^(?:datagram|request|response)\.|^link\.dropped$/.test(kind)) {
    const [flow, n, bytes, rttNs] = ['flow', 'n', 'bytes', 'rttNs'].map(
      (name) => record[name] as Cell,
    );
    return formatLine([...own, tNs, node, kind, flow ?? (record['link'] as Cell), n, bytes, rttNs]);
  }
  if (!/^packets\./.test(kind)) return '';
  const columns = ['n', 'bytes', 'rttNs'].map((name) => record[name] as readonly number[]);
  const head = [node, kind, record['flow'] as string];
  return (record['atNs'] as readonly number[])
    .map((at, row) => formatLine([...own, at, ...head, ...columns.map((one) => one?.[row])]))
    .join('');
}

function placeOf(
  { scenario, lab }: Result,
  { case: caseId, variant, sample }: SampleResult,
): Cell[] {
  return [scenario, lab, caseId, variant, sample];
}

function formatLine(cells: readonly Cell[]): string {
  return `${cells.map(quote).join(',')}\n`;
}

function quote(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
