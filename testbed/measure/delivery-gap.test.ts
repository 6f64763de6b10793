import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { measureSample } from './measure-sample.ts';
import { measured, missing } from './metric.ts';
import {
  answeredAt,
  askedAt,
  beganAt,
  contextOf,
  endedAt,
  measureOf,
  ms,
  openedAt,
  type RecordLists,
  receivedAt,
  skewedAt,
  windowMs,
} from './testing-records.ts';

const overall = measureOf('delivery-gap');
const around = measureOf('delivery-gap', { around: 'silence' });
const metricsOf = (measure: typeof overall, ...records: RecordLists) =>
  measureSample([measure], contextOf(...records));

/** Numbers 1, 2, … at these times. */
const deliveredAt = (...timesMs: readonly number[]) =>
  receivedAt(...timesMs.map((atMs, at) => [at + 1, atMs] as const));

const gapOf = (atMs: number) => measured(ms(atMs), 'time');

test('the gap spans the event: the second delivery not before it', (t) => {
  const run = [openedAt(0), deliveredAt(10, 20, 50, 60, 300, 310), endedAt(310, 6)];
  t.deepEqual(metricsOf(around, ...run, beganAt(100))['m'], gapOf(240));
  // The gap from 20 to 50 lies before the event, that from 60 to 300 still ends after it.
  t.deepEqual(metricsOf(around, ...run, beganAt(300))['m'], gapOf(240));
  t.deepEqual(metricsOf(around, ...run, beganAt(301))['m'], gapOf(10));
});

test('a gap that begins more than 10 s after the event is another matter', (t) => {
  const run = [openedAt(0), deliveredAt(0, 100, 10_100, 10_101, 40_000), endedAt(40_000, 5)];
  t.deepEqual(metricsOf(around, ...run, beganAt(100))['m'], gapOf(10_000));
  t.deepEqual(metricsOf(around, ...run, beganAt(101))['m'], gapOf(29_899));
});

test('beside it stands the largest gap of the 2 s before', (t) => {
  const run = [openedAt(0), deliveredAt(0, 900, 1_100, 1_150, 2_999, 3_000, 3_100, 3_200)];
  const metrics = metricsOf(around, ...run, endedAt(3_200, 8), beganAt(3_000));
  t.deepEqual(metrics['m'], gapOf(100));
  t.deepEqual(metrics['m.before'], gapOf(1_849), '0 to 900 is too old; 2 999 to 3 000 ends in it');
  t.deepEqual(metricsOf(around, ...run, endedAt(3_200, 8), beganAt(950))['m.before'], gapOf(900));
  t.deepEqual(
    metricsOf(around, ...run, endedAt(3_200, 8), beganAt(500))['m.before'],
    missing('fewer than two deliveries in the 2 s before silence'),
  );
});

test('only deliveries in order count: late ones, doubles and holes do not fill a gap', (t) => {
  const arrivals = receivedAt([1, 10], [2, 20], [5, 30], [3, 80], [5, 90], [4, 100], [8, 130]);
  const run = [openedAt(0), arrivals, endedAt(130, 8), beganAt(25)];
  t.deepEqual(metricsOf(around, ...run)['m'], gapOf(100));
});

test('no delivery after the event is no value, however short the rest', (t) => {
  const run = [openedAt(0), deliveredAt(10, 20), endedAt(5_000, 900)];
  t.deepEqual(
    metricsOf(around, ...run, beganAt(30))['m'],
    missing('no delivery before the end: the last came 10 ms before silence'),
  );
  t.deepEqual(
    metricsOf(around, openedAt(0), endedAt(50, 9), beganAt(30))['m'],
    missing('no delivery before the end'),
  );
});

test('a silence that is still open at the end, and is the largest, is no value', (t) => {
  const run = [openedAt(0), deliveredAt(10, 20, 120), beganAt(15)];
  t.deepEqual(
    metricsOf(around, ...run, endedAt(1_000, 50))['m'],
    missing('no delivery before the end: the last came 105 ms after silence'),
  );
  // The last datagram was lost by chance: the source ended 99 ms after the last delivery.
  t.deepEqual(metricsOf(around, ...run, endedAt(219, 4))['m'], gapOf(100));
  t.deepEqual(metricsOf(around, ...run, endedAt(220, 4))['m'], gapOf(100));
});

test('without the end of the source, the end of the records closes the view', (t) => {
  const run = [openedAt(0), deliveredAt(10, 20, 120), beganAt(15)];
  t.deepEqual(metricsOf(around, ...run, skewedAt(150, 'gateway'))['m'], gapOf(100));
  t.is(metricsOf(around, ...run, skewedAt(9_000, 'gateway'))['m']!.kind, 'missing');
});

test('a flapping link counts its worst time', (t) => {
  const run = [openedAt(0), deliveredAt(10, 40, 50, 20_000, 20_200, 20_210), endedAt(20_210, 6)];
  t.deepEqual(metricsOf(around, ...run, beganAt(20, 20_100))['m'], gapOf(19_950));
  t.deepEqual(metricsOf(around, ...run, beganAt(20_100))['m'], gapOf(200));
  // A time after the traffic had ended disturbed nothing.
  t.deepEqual(metricsOf(around, ...run, beganAt(20_100, 50_000))['m'], gapOf(200));
});

test('an event that did not begin, or began too late, gives no value', (t) => {
  const run = [openedAt(0), deliveredAt(10, 20), endedAt(20, 2)];
  t.deepEqual(metricsOf(around, ...run)['m'], missing('event silence did not begin'));
  t.deepEqual(
    metricsOf(around, ...run, beganAt(30))['m'],
    missing('download was over when event silence began'),
  );
});

test('the event and the receiver must share a clock', (t) => {
  const run = [openedAt(0), deliveredAt(10, 20), endedAt(20, 2), beganAt(15)];
  const metrics = metricsOf(around, ...run, skewedAt(0, 'phone'));
  t.deepEqual(metrics['m'], missing('clocks of phone and lab differ: phone was skewed'));
  t.deepEqual(metricsOf(overall, ...run, skewedAt(0, 'phone'))['m'], gapOf(10));
});

test('without an event the whole traffic is looked at', (t) => {
  t.deepEqual(
    metricsOf(overall, openedAt(0), deliveredAt(500, 510, 600, 610), endedAt(610, 4))['m'],
    gapOf(90),
    'the time before the first delivery is no gap',
  );
  t.deepEqual(
    metricsOf(overall, openedAt(0), deliveredAt(500), endedAt(500, 1))['m'],
    missing('fewer than two deliveries'),
  );
  t.deepEqual(
    metricsOf(overall, openedAt(0), deliveredAt(500, 510), endedAt(600, 9))['m'],
    missing('no delivery before the end: 90 ms were still open'),
  );
});

test('a window takes the deliveries within it', (t) => {
  const run = [openedAt(100), deliveredAt(110, 200, 210, 240, 900), endedAt(900, 5)];
  const within = { ...overall, window: windowMs(100, 150) };
  t.deepEqual(metricsOf(within, ...run)['m'], gapOf(30));
});

test('of request-response, answers are the deliveries', (t) => {
  const run = [
    openedAt(0, 'ping'),
    askedAt(1, 2, 3),
    answeredAt([1, 10, 1], [2, 90, 1], [3, 95, 1]),
  ];
  const ended = [{ ...endedAt(95, 3)[0]!, node: 'phone', flow: 'ping' }];
  t.deepEqual(metricsOf({ ...around, of: 'ping' }, ...run, ended, beganAt(20))['m'], gapOf(80));
});

test('any run: the gap is that of a slow and obvious search', (t) => {
  const runs = fc.record({
    steps: fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 1, max: 20 })), {
      minLength: 1,
      maxLength: 30,
    }),
    events: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 3 }),
    tail: fc.integer({ min: 0, max: 3_000 }),
  });
  fc.assert(
    fc.property(runs, ({ steps, events, tail }) => {
      let atMs = 0;
      const arrivals = steps.map(([step, n]) => {
        atMs += step;
        return [n, atMs] as const;
      });
      const endMs = atMs + tail;
      const began = events.toSorted((a, b) => a - b);
      const run = [openedAt(0), receivedAt(...arrivals), endedAt(endMs, 99), beganAt(...began)];
      const metric = metricsOf(around, ...run)['m']!;
      t.is(metric.kind === 'value' ? metric.value : undefined, obviousGap(arrivals, began, endMs));
    }),
    propertyRuns(500),
  );
});

function obviousGap(
  arrivals: readonly (readonly [number, number])[],
  began: readonly number[],
  endMs: number,
): number | undefined {
  const inOrder = arrivals.filter(([n], at) =>
    arrivals.slice(0, at).every(([earlier]) => earlier < n),
  );
  const pairs = inOrder.slice(1).map(([, second], at) => ({ first: inOrder[at]![1], second }));
  const last = inOrder.at(-1)![1];
  // A gap that the end of the traffic leaves open: it is known to be at least so long.
  const disturbing = began.filter((event) => event <= endMs);
  const found: number[] = [];
  for (const event of disturbing) {
    const closed = pairs
      .filter(({ first, second }) => second >= event && first <= event + 10_000)
      .map(({ first, second }) => second - first);
    const largest = Math.max(0, ...closed);
    if (last <= event + 10_000 && (last < event || endMs - last > largest)) return undefined;
    if (closed.length > 0) found.push(largest);
  }
  return found.length === 0 ? undefined : ms(Math.max(...found));
}
