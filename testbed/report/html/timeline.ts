/** One run over time: what was done to the network, what flows brought, what links carried. */
import { formatDuration } from '../../../src/base/units.ts';
import type { FlowStory, LinkStory, SampleStory, Series, Span } from '../../measure/story.ts';
import { axisBelow, axisLeft, type Dimension } from './axis.ts';
import { type Drawing, fitText, idOf, type LegendEntry } from './drawing.ts';
import { type Child, element } from './element.ts';
import { pathsAtEnds } from './paths-in-use.ts';
import { linearScale, round, type Scale } from './scale.ts';
import { tabulateTimeline, tellingGaps } from './timeline-data.ts';

const leftPx = 190;
const plotPx = 620;
const lanePx = 52;
const thinPx = 20;
const gapTextPx = 64;

interface Lane {
  readonly heightPx: number;
  readonly draw: (top: number) => Child;
}

export interface TimelineOf {
  readonly name: string;
  readonly story: SampleStory;
}

export function drawTimeline({ name, story }: TimelineOf): Drawing {
  const x = linearScale([0, story.endNs], [leftPx, leftPx + plotPx]);
  const lanes = lanesOf(story, x);
  const tops = lanes.map((_, at) =>
    lanes.slice(0, at).reduce((sum, { heightPx }) => sum + heightPx, 8),
  );
  const bottom = 8 + lanes.reduce((sum, { heightPx }) => sum + heightPx, 0);
  return {
    id: idOf('timeline', name),
    title: `${name}: over time`,
    about: aboutOf(story),
    width: leftPx + plotPx + 120,
    height: bottom + 26,
    content: [
      story.flows.flatMap(tellingGaps).map((gap) => shade(gap, x, bottom)),
      axisBelow(x, 'time', 8, bottom),
      lanes.map(({ draw }, at) => draw(tops[at]!)),
    ],
    legend: legendOf(story),
    data: () => tabulateTimeline(story),
  };
}

function lanesOf(story: SampleStory, x: Scale): Lane[] {
  const { events, flows, links } = story;
  return [
    ...(events.length > 0 ? [eventLane(story, x)] : []),
    ...flows.map((flow) => flowLane(flow, x)),
    ...pathsAtEnds(story).map(({ node, spans }) => ({
      heightPx: thinPx + 6,
      draw: (top: number) => [
        label(`path at ${node}`, top + 14),
        spans.map((span) => bar(span, span.links, `fill${(span.at % 6) + 1}`, x, top + 2)),
      ],
    })),
    ...links.flatMap((link) => linkLanes(link, x)),
    ...(story.notes.length > 0 ? [noteLane(story, x)] : []),
  ];
}

function eventLane({ events, endNs }: SampleStory, x: Scale): Lane {
  const names = [...new Set(events.map(({ name }) => name))].slice(0, 8);
  return {
    heightPx: names.length * (thinPx + 2) + 6,
    draw: (top) =>
      names.map((name, at) => {
        const own = events.filter((event) => event.name === name).slice(0, 60);
        const rowTop = top + at * (thinPx + 2);
        return [
          label(`event ${name}`, rowTop + 14),
          own.map(({ fromNs, toNs = endNs }) => bar({ fromNs, toNs }, name, 'event', x, rowTop)),
        ];
      }),
  };
}

function bar(
  { fromNs, toNs }: Span,
  text: string,
  className: string,
  x: Scale,
  top: number,
): Child {
  const width = Math.max(2, x(toNs) - x(fromNs));
  const shown = fitText(text, width - 8);
  return [
    element(
      'rect',
      { x: x(fromNs), y: top, width: round(width), height: thinPx - 2, class: className },
      element('title', {}, `${text}: ${at(fromNs)} to ${at(toNs)}`),
    ),
    width > 24 && element('text', { x: round(x(fromNs) + 4), y: top + 13, class: 'inbar' }, shown),
  ];
}

function flowLane(story: FlowStory, x: Scale): Lane {
  const { flow, from, to, arrivedBytes } = story;
  return {
    heightPx: lanePx,
    draw: (top) => [
      seriesLane(rateSeries(arrivedBytes), 'rate', 'area', x, top),
      label(flow, top + 22),
      label(`${from} to ${to}`, top + 36, 'small'),
      tellingGaps(story).map((gap, at) => gapText(gap, x, top, at === 0)),
    ],
  };
}

/** The longest always says how long it is; others where they are wide enough for it. */
function gapText({ fromNs, toNs }: Span, x: Scale, top: number, isLongest: boolean): Child {
  const widthPx = x(toNs) - x(fromNs);
  if (!isLongest && widthPx < gapTextPx) return undefined;
  const place = { x: round((x(fromNs) + x(toNs)) / 2), y: top + 12, class: 'middle gaptext' };
  return element('text', place, `gap ${formatDuration(toNs - fromNs, 3)}`);
}

function linkLanes({ link, toward, ...series }: LinkStory, x: Scale): Lane[] {
  const { deliveredBytes, underWayFrames, queuedFrames, droppedFrames } = series;
  if (deliveredBytes.values.every((value) => value === 0)) return [];
  return [
    {
      heightPx: lanePx,
      draw: (top) => [
        seriesLane(rateSeries(deliveredBytes), 'rate', 'area carried', x, top),
        frameLines(underWayFrames, queuedFrames, x, top),
        peaksText(underWayFrames, queuedFrames, top),
        drops(droppedFrames, x, top),
        label(link, top + 22),
        label(`toward ${toward}`, top + 36, 'small'),
      ],
    },
  ];
}

function seriesLane(
  series: Series,
  dimension: Dimension,
  className: string,
  x: Scale,
  top: number,
): Child {
  const most = Math.max(...series.values, 1e-9);
  const y = linearScale([0, most], [top + lanePx - 8, top + 6]);
  return [
    axisLeft(y, dimension, leftPx, leftPx + plotPx),
    element('path', { class: className, d: areaPath(series, x, y) }),
  ];
}

/** Steps, and no corner where nothing changes. */
function areaPath({ values, stepNs }: Series, x: Scale, y: Scale): string {
  const parts: string[] = [];
  for (const [step, value] of values.entries()) {
    if (value === values[step - 1]) continue;
    parts.push(`H${clamp(x, step * stepNs)}V${y(value)}`);
  }
  return `M${x(0)} ${y(0)}${parts.join('')}H${clamp(x, values.length * stepNs)}V${y(0)}z`;
}

function clamp(x: Scale, tNs: number): number {
  return x(Math.min(tNs, x.to));
}

/** Scaled to the most that were under way, of which those in the queue are a part; the peaks stand in words. */
function frameLines(underWay: Series, queued: Series | undefined, x: Scale, top: number): Child {
  const most = Math.max(peakOf(underWay), queued === undefined ? 0 : peakOf(queued));
  const y = linearScale([0, most], [top + lanePx - 8, top + 6]);
  const line = (className: string, series: Series | undefined): Child => {
    if (series === undefined || peakOf(series) < 2) return undefined;
    const { values, stepNs } = series;
    const points = values.map((value, step) => `${clamp(x, (step + 0.5) * stepNs)} ${y(value)}`);
    return element('path', { class: className, d: `M${thin(points).join('L')}` });
  };
  return [line('underway', underWay), line('queued', queued)];
}

function peaksText(underWay: Series, queued: Series | undefined, top: number): Child {
  const [way, queue] = [peakOf(underWay), queued === undefined ? 0 : peakOf(queued)];
  const parts = [
    ...(queue < 2 ? [] : [`up to ${queue} queued`]),
    ...(way < 2 ? [] : [`${queue < 2 ? 'up to ' : ''}${way} under way`]),
  ];
  const place = { x: leftPx + plotPx + 6, class: 'small underwaytext' };
  return parts.map((part, at) => element('text', { ...place, y: top + 20 + 13 * at }, part));
}

function peakOf({ values }: Pick<Series, 'values'>): number {
  return Math.max(...values, 0);
}

/** Points between two that are alike say nothing. */
function thin(points: readonly string[]): string[] {
  const heightOf = (point: string | undefined): string | undefined => point?.split(' ')[1];
  return points.filter(
    (point, at) =>
      heightOf(point) !== heightOf(points[at - 1]) || heightOf(point) !== heightOf(points[at + 1]),
  );
}

function drops({ values, stepNs }: Series, x: Scale, top: number): Child {
  const marks = values.flatMap((value, step) =>
    value > 0 ? [`M${clamp(x, (step + 0.5) * stepNs)} ${top + lanePx - 8}v6`] : [],
  );
  return marks.length > 0 && element('path', { class: 'drop', d: marks.join('') });
}

function noteLane({ notes }: SampleStory, x: Scale): Lane {
  return {
    heightPx: 26,
    draw: (top) => [
      label('other happenings', top + 16),
      notes.map(({ tNs, node, text }) =>
        element(
          'path',
          { class: 'note', d: `M${x(tNs)} ${top + 4}v14` },
          element('title', {}, `${at(tNs)} ${node}: ${text}`),
        ),
      ),
    ],
  };
}

function shade({ fromNs, toNs }: Span, x: Scale, bottom: number): Child {
  const width = round(x(toNs) - x(fromNs));
  return element('rect', { class: 'gap', x: x(fromNs), y: 8, width, height: bottom - 8 });
}

function label(text: string, y: number, className = ''): Child {
  const cut = leftPx - 70;
  return element(
    'text',
    { x: 0, y, class: className || undefined },
    fitText(text, cut),
    element('title', {}, text),
  );
}

function at(tNs: number): string {
  return formatDuration(tNs, 4);
}

function rateSeries({ stepNs, values }: Series): Series {
  return { stepNs, values: values.map((bytes) => (bytes * 8 * 1e9) / stepNs) };
}

function aboutOf({ events, flows, links, endNs }: SampleStory): string {
  const gap = flows
    .flatMap(({ gaps }) => gaps)
    .toSorted((a, b) => b.toNs - b.fromNs - (a.toNs - a.fromNs))[0];
  const silence =
    gap === undefined
      ? ''
      : ` The longest silence lasts ${formatDuration(gap.toNs - gap.fromNs, 3)}, from ${at(gap.fromNs)}.`;
  return `${formatDuration(endNs, 3)} with ${events.length} events, ${flows.length} flows and ${links.length} directions of links.${silence}`;
}

function legendOf({ flows, links, events }: SampleStory): LegendEntry[] {
  const has = (some: readonly unknown[], entry: LegendEntry): LegendEntry[] =>
    some.length > 0 ? [entry] : [];
  return [
    ...has(events, { className: 'event', text: 'an event stands' }),
    ...has(flows, { className: 'area', text: 'the application got' }),
    ...has(links, { className: 'carried', text: 'the link delivered' }),
    ...has(links, { className: 'underway', text: 'frames queued or on the wire, at most' }),
    ...has(links, { className: 'queued', text: 'frames queued, at most' }),
    ...has(links, { className: 'drop', text: 'frames dropped' }),
    ...has(
      flows.flatMap(({ gaps }) => gaps),
      { className: 'gap', text: 'the longest silences of a flow' },
    ),
  ];
}
