import test from 'ava';
import { measureSample } from './measure-sample.ts';
import { measured, missing } from './metric.ts';
import {
  answeredAt,
  askedAt,
  contextOf,
  measureOf,
  ms,
  openedAt,
  type RecordLists,
  receivedAt,
  sentAt,
  skewedAt,
  windowMs,
} from './testing-records.ts';

const goodput = measureOf('goodput');
const metricsOf = (measure: typeof goodput, ...records: RecordLists) =>
  measureSample([measure], contextOf(...records));

const run = [
  openedAt(100),
  sentAt(110, 120, 130),
  // 3 numbers of 1 000 bytes; a double counts for nothing, not even as the last delivery.
  receivedAt([1, 200], [3, 300], [2, 500], [2, 900]),
];

test('goodput is delivered payload over the time from opening to last delivery', (t) => {
  const metrics = metricsOf(goodput, ...run);
  // 24 000 bit in 400 ms.
  t.deepEqual(metrics['m'], measured(60_000, 'rate'));
  t.deepEqual(metrics['download.goodput'], measured(60_000, 'rate'));
  t.deepEqual(metrics['download.duration'], measured(ms(400), 'time'));
  t.deepEqual(metrics['download.bytes'], measured(3_000, 'size'));
});

test('a window counts from the opening and divides by its own length', (t) => {
  // Deliveries come 100, 200 and 400 ms after the opening; a window's end is not within it.
  const windows = [
    { window: windowMs(100, 200), rateBps: 80_000 },
    { window: windowMs(0, 400), rateBps: 40_000 },
    { window: windowMs(0, 500), rateBps: 48_000 },
    { window: windowMs(101, 200), rateBps: 0 },
  ];
  for (const { window, rateBps } of windows) {
    t.deepEqual(metricsOf({ ...goodput, window }, ...run)['m'], measured(rateBps, 'rate'));
  }
});

test('without a delivery there is no goodput, but over a window it is zero', (t) => {
  const silent = [openedAt(0), sentAt(1)];
  t.deepEqual(metricsOf(goodput, ...silent)['m'], missing('no delivery before the end'));
  t.deepEqual(
    metricsOf({ ...goodput, window: windowMs(0, 10) }, ...silent)['m'],
    measured(0, 'rate'),
  );
});

test('what takes no time has no rate', (t) => {
  const metrics = metricsOf(goodput, openedAt(5), sentAt(5), receivedAt([1, 5]));
  t.deepEqual(metrics['m'], missing('it took no time, so that it has no rate'));
  t.deepEqual(metrics['download.duration'], measured(0, 'time'));
});

test('the phone opens and receives: a skew of the server does not matter', (t) => {
  const metrics = metricsOf(goodput, ...run, skewedAt(0, 'server'));
  t.deepEqual(metrics['m'], measured(60_000, 'rate'));
});

test('opened on one clock and received on another that differs, it is refused', (t) => {
  const context = contextOf(...run, skewedAt(0, 'server'));
  const programs = context.plan.programs.map((program) => ({
    ...program,
    opens: program.id === 'download/source',
  }));
  const metrics = measureSample([goodput], { ...context, plan: { ...context.plan, programs } });
  const reason = 'clocks of server and phone differ: server was skewed';
  t.deepEqual(metrics['m'], missing(reason));
  t.deepEqual(metrics['download.duration'], missing(reason));
  t.deepEqual(metrics['download.bytes'], measured(3_000, 'size'));
});

test('of request-response it is that of the answers', (t) => {
  const asked = [openedAt(0, 'ping'), askedAt(1, 20), answeredAt([1, 11, 10], [2, 40, 20])];
  // 200 bytes in 40 ms.
  t.deepEqual(metricsOf({ ...goodput, of: 'ping' }, ...asked)['m'], measured(40_000, 'rate'));
});
