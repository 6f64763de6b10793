/** Packets between nodes around one moment: a column a node, downwards in time, not to scale. */
import { formatDuration } from '../../../src/base/units.ts';
import type { Exchange, ExchangeStep } from '../../measure/story.ts';
import { type Drawing, fitText, idOf } from './drawing.ts';
import { type Child, element } from './element.ts';

const timePx = 92;
const stepPx = 24;
const headPx = 34;

export function drawExchange(name: string, exchange: Exchange): Drawing {
  const { lanes, steps, about, momentNs } = exchange;
  const lanePx = lanes.length > 5 ? 150 : 190;
  const columns = new Map(lanes.map((lane, at) => [lane, timePx + (at + 0.5) * lanePx]));
  const width = timePx + lanes.length * lanePx + 150;
  const bottom = headPx + steps.length * stepPx + 8;
  const lost = steps.filter((step) => step.kind === 'message' && isLost(step)).length;
  return {
    id: idOf('exchange', name),
    title: `${name}: packets where ${about}`,
    about: `${steps.length} steps between ${lanes.join(', ')} around ${formatDuration(momentNs, 4)}; ${lost} packets shown do not arrive.`,
    width,
    height: bottom,
    content: [
      [...columns].map(([lane, x]) => [
        element('path', { class: 'lane', d: `M${x} ${headPx - 8}V${bottom}` }),
        element('text', { x, y: 16, class: 'middle strong' }, fitText(lane, lanePx - 8)),
      ]),
      steps.map((step, at) => drawStep(step, headPx + at * stepPx, columns, width, exchange)),
    ],
    summary: {
      heads: ['time', 'from', 'to', 'what', 'arrives'],
      rows: steps.map(rowOf),
    },
    data: () => ({
      heads: ['kind', 'sent_ns', 'arrived_ns', 'from', 'to', 'text'],
      rows: steps.map((step) =>
        step.kind === 'message'
          ? ['message', step.sentNs, step.arrivedNs, step.from, step.to, step.text]
          : step.kind === 'note'
            ? [
                isMoment(step, exchange) ? 'moment' : 'note',
                ...[step.tNs, undefined, step.node, undefined, step.text],
              ]
            : ['skipped', undefined, undefined, undefined, undefined, step.text],
      ),
    }),
  };
}

type Message = Extract<ExchangeStep, { kind: 'message' }>;
type Note = Extract<ExchangeStep, { kind: 'note' }>;

/** What happens to the lab as a whole, at the moment that the picture is around. */
function isMoment({ node, tNs }: Note, { lanes, momentNs }: Exchange): boolean {
  return tNs === momentNs && !lanes.includes(node);
}

function isLost({ arrivedNs, sentNs }: Message): boolean {
  return arrivedNs === undefined && sentNs !== undefined;
}

function drawStep(
  step: ExchangeStep,
  top: number,
  columns: ReadonlyMap<string, number>,
  width: number,
  exchange: Exchange,
): Child {
  const middle = top + stepPx / 2;
  if (step.kind === 'skipped') {
    return element('text', { x: timePx, y: middle + 4, class: 'small muted' }, `⋮ ${step.text}`);
  }
  const tNs = step.kind === 'note' ? step.tNs : (step.sentNs ?? step.arrivedNs ?? 0);
  const time = element(
    'text',
    { x: timePx - 14, y: middle + 4, class: 'end tick' },
    formatDuration(tNs, 6),
  );
  if (step.kind === 'message') return [time, drawMessage(step, middle, columns)];
  const x = columns.get(step.node);
  if (x === undefined) {
    return [
      time,
      element('path', {
        class: isMoment(step, exchange) ? 'moment' : 'aside',
        d: `M${timePx} ${middle}H${width}`,
      }),
      element(
        'text',
        { x: timePx + 4, y: middle - 3, class: 'small strong halo' },
        fitText(step.text, width - timePx),
      ),
    ];
  }
  return [
    time,
    element('path', { class: 'notedot', d: `M${x} ${middle}h0` }),
    element(
      'text',
      { x: x + 8, y: middle + 4, class: 'small halo' },
      fitText(step.text, width - x - 8, 6),
      element('title', {}, step.text),
    ),
  ];
}

/** An arrow; one that does not arrive ends in a cross two thirds of the way. */
function drawMessage(step: Message, middle: number, columns: ReadonlyMap<string, number>): Child {
  const from = columns.get(step.from) ?? timePx;
  const to = columns.get(step.to) ?? from + 60;
  const lost = isLost(step);
  const end = lost ? from + (to - from) * 0.66 : to;
  const head = Math.sign(to - from) * 6;
  const tip = lost
    ? `M${end - 4} ${middle - 4}l8 8m0 -8l-8 8`
    : `M${end - head} ${middle - 4}L${end} ${middle}L${end - head} ${middle + 4}`;
  return [
    element('path', { class: lost ? 'arrow lost' : 'arrow', d: `M${from} ${middle}H${end}${tip}` }),
    element(
      'text',
      { x: (from + to) / 2, y: middle - 4, class: 'middle small halo' },
      fitText(lost ? `${step.text} lost` : step.text, Math.abs(to - from)),
      element('title', {}, timesOf(step)),
    ),
  ];
}

function timesOf({ text, sentNs, arrivedNs }: Message): string {
  const sent = sentNs === undefined ? [] : [`sent ${formatDuration(sentNs, 7)}`];
  const got =
    arrivedNs === undefined ? ['does not arrive'] : [`arrives ${formatDuration(arrivedNs, 7)}`];
  return `${text}: ${[...sent, ...got].join(', ')}`;
}

function rowOf(step: ExchangeStep): string[] {
  if (step.kind === 'skipped') return ['…', '', '', step.text, ''];
  if (step.kind === 'note') return [formatDuration(step.tNs, 7), step.node, '', step.text, ''];
  const { sentNs, arrivedNs, from, to, text } = step;
  const seen = sentNs ?? arrivedNs ?? 0;
  const arrives = arrivedNs === undefined ? 'no' : formatDuration(arrivedNs, 7);
  return [formatDuration(seen, 7), from, to, text, arrives];
}
