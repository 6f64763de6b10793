import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import { measureSample } from './measure-sample.ts';
import { measured, missing } from './metric.ts';
import {
  answeredAt,
  askedAt,
  contextOf,
  measureOf,
  openedAt,
  type RecordLists,
  receivedAt,
  sentAt,
  skewedAt,
  timedOutAt,
  windowMs,
} from './testing-records.ts';

const loss = measureOf('loss');
const reordering = measureOf('reordering');
const duplication = measureOf('duplication');
const metricOf = (measure: typeof loss, ...records: RecordLists) =>
  measureSample([measure], contextOf(...records))['m'];

test('loss is what was sent and never arrived, over what was sent', (t) => {
  const run = [openedAt(0), sentAt(1, 2, 3, 4, 5), receivedAt([1, 11], [4, 14], [3, 15], [4, 16])];
  t.deepEqual(metricOf(loss, ...run), measured(2 / 5, 'plain'));
  t.deepEqual(metricOf({ ...loss, window: windowMs(2, 4) }, ...run), measured(1 / 2, 'plain'));
});

test('all lost is 1, none lost is 0, nothing sent is no value', (t) => {
  t.deepEqual(metricOf(loss, openedAt(0), sentAt(1, 2)), measured(1, 'plain'));
  t.deepEqual(metricOf(loss, openedAt(0), sentAt(1), receivedAt([1, 2])), measured(0, 'plain'));
  t.deepEqual(metricOf(loss, openedAt(0)), missing('download sent nothing'));
  t.deepEqual(
    metricOf({ ...loss, window: windowMs(10, 20) }, openedAt(0), sentAt(1)),
    missing('download sent nothing between 10 ms and 20 ms'),
  );
});

test('a request is lost when it times out; one that waits is neither', (t) => {
  const run = [
    openedAt(0, 'ping'),
    askedAt(1, 20, 30, 40),
    answeredAt([1, 10, 9], [3, 39, 9]),
    timedOutAt([2, 25]),
  ];
  t.deepEqual(metricOf({ ...loss, of: 'ping' }, ...run), measured(1 / 3, 'plain'));
});

test('loss needs one clock only, unless a window joins the opening of another', (t) => {
  const run = [openedAt(0), sentAt(1, 2), receivedAt([1, 11]), skewedAt(0, 'phone')];
  t.deepEqual(metricOf(loss, ...run), measured(1 / 2, 'plain'));
  t.deepEqual(
    metricOf({ ...loss, window: windowMs(0, 4) }, ...run),
    missing('clocks of phone and server differ: phone was skewed'),
  );
});

/** RFC 4737 7.1 tells its examples by the order of arrival. */
const orders: readonly { readonly order: readonly number[]; readonly reordered: number }[] = [
  { order: [1, 2, 3, 4], reordered: 0 },
  // One late packet: 4 arrives after 7.
  { order: [1, 2, 3, 5, 6, 7, 4, 8, 9, 10], reordered: 1 },
  // One early packet makes all it overtook late.
  { order: [1, 2, 5, 3, 4, 6], reordered: 2 },
  { order: [4, 3, 2, 1], reordered: 3 },
  // A loss is no reordering, and a double is left out.
  { order: [1, 3, 3, 1, 4], reordered: 0 },
  { order: [2, 1, 1, 3], reordered: 1 },
];

function arrivalsOf(order: readonly number[]): TraceRecord[] {
  return receivedAt(...order.map((n, at) => [n, at + 1] as const));
}

test('a number below one that came before it is reordered', (t) => {
  for (const { order, reordered } of orders) {
    const distinct = new Set(order).size;
    t.deepEqual(
      metricOf(reordering, openedAt(0), arrivalsOf(order)),
      measured(reordered / distinct, 'plain'),
      order.join(' '),
    );
  }
});

test('a window counts its own arrivals and remembers who came before', (t) => {
  const run = [openedAt(0), arrivalsOf([5, 1, 2, 6])];
  const wanted = measured(2 / 2, 'plain');
  t.deepEqual(metricOf({ ...reordering, window: windowMs(2, 4) }, ...run), wanted);
});

test('duplication is surplus arrivals over numbers', (t) => {
  const run = [openedAt(0), arrivalsOf([1, 2, 2, 2, 3, 1, 4])];
  t.deepEqual(metricOf(duplication, ...run), measured(3 / 4, 'plain'));
  const early = { ...duplication, window: windowMs(0, 4) };
  t.deepEqual(metricOf(early, ...run), measured(1 / 2, 'plain'));
});

test('without an arrival nothing is reordered or doubled, which is no value', (t) => {
  for (const measure of [reordering, duplication]) {
    t.deepEqual(metricOf(measure, openedAt(0), sentAt(1)), missing('nothing of download arrived'));
    t.deepEqual(
      metricOf({ ...measure, of: 'ping' }, openedAt(0, 'ping')),
      missing('ping is request-response: it waits for one answer at a time'),
    );
  }
});

test('any run: the figures are those of a slow and obvious count', (t) => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 });
  fc.assert(
    fc.property(arrivals, (order) => {
      const sent = Array.from({ length: 30 }, (_, at) => at * 0.01);
      const context = contextOf(openedAt(0), sentAt(...sent), arrivalsOf(order));
      const metrics = measureSample([{ ...loss, name: 'loss' }, reordering], context);
      const first = order.filter((n, at) => order.indexOf(n) === at);
      const late = first.filter((n, at) => first.slice(0, at).some((other) => other > n));
      t.deepEqual(metrics['loss'], measured((30 - first.length) / 30, 'plain'));
      t.deepEqual(metrics['download.lost'], measured(30 - first.length, 'plain'));
      t.deepEqual(metrics['download.received'], measured(first.length, 'plain'));
      t.deepEqual(metrics['download.doubled'], measured(order.length - first.length, 'plain'));
      t.deepEqual(metrics['download.reordered'], measured(late.length, 'plain'));
      if (first.length > 0) {
        t.deepEqual(metrics['m'], measured(late.length / first.length, 'plain'));
      }
    }),
    propertyRuns(300),
  );
});
