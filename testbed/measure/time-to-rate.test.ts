import test from 'ava';
import { measureSample } from './measure-sample.ts';
import { measured, missing } from './metric.ts';
import {
  beganAt,
  contextOf,
  endedAt,
  measureOf,
  ms,
  openedAt,
  receivedAt,
  skewedAt,
} from './testing-records.ts';

/** A datagram of 1 000 bytes every 10 ms. */
const full = 800_000;
const measure = measureOf('time-to-rate', { around: 'silence', rateBps: 0.9 * full });

/** One delivery every `stepMs` from one time to before another. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

function metricOf(stretches: readonly Stretch[], ...eventsMs: readonly number[]) {
  const times = stretches.flatMap(({ fromMs, toMs, stepMs }) =>
    Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, n) => fromMs + n * stepMs),
  );
  const arrivals = receivedAt(...times.map((atMs, at) => [at + 1, atMs] as const));
  const records = [openedAt(0), arrivals, endedAt(times.at(-1)!, times.length)];
  const context = contextOf(...records, beganAt(...eventsMs));
  return measureSample([measure], context)['m'];
}

const timeOf = (atMs: number) => measured(ms(atMs), 'time');
const before = { fromMs: 0, toMs: 1_000, stepMs: 10 };

test('a stream that an event does not disturb is at its rate with the next delivery', (t) => {
  t.deepEqual(metricOf([{ fromMs: 0, toMs: 4_000, stepMs: 10 }], 1_003), timeOf(7));
});

test('a gap counts whole, and so does what is slow behind it', (t) => {
  const soon = { fromMs: 1_300, toMs: 4_000, stepMs: 10 };
  t.deepEqual(metricOf([before, soon], 1_000), timeOf(300));
  const slow = { fromMs: 1_300, toMs: 1_700, stepMs: 20 };
  const then = { fromMs: 1_700, toMs: 4_000, stepMs: 10 };
  // Of 20 deliveries that a fifth of a second is to bring, 18 are enough.
  t.deepEqual(metricOf([before, slow, then], 1_000), timeOf(660));
});

test('a heap of what had waited is not the rate', (t) => {
  const heap = { fromMs: 1_300, toMs: 1_300.1, stepMs: 0.001 };
  const slow = { fromMs: 1_310, toMs: 2_000, stepMs: 20 };
  const then = { fromMs: 2_000, toMs: 4_000, stepMs: 10 };
  const metric = metricOf([before, heap, slow, then], 1_000)!;
  t.true(metric.kind === 'value' && metric.value > ms(900) && metric.value <= ms(1_000));
});

test('a gap that a heap behind it would make up for counts whole', (t) => {
  const heap = { fromMs: 1_130, toMs: 1_130.013, stepMs: 0.001 };
  const then = { fromMs: 1_140, toMs: 4_000, stepMs: 10 };
  t.deepEqual(metricOf([before, heap, then], 995), timeOf(135));
});

test('a silence that comes later is the stream’s own, and its heap makes up for it', (t) => {
  const more = { fromMs: 1_000, toMs: 1_250, stepMs: 10 };
  const heap = { fromMs: 1_350, toMs: 1_350.01, stepMs: 0.001 };
  const then = { fromMs: 1_360, toMs: 4_000, stepMs: 10 };
  t.deepEqual(metricOf([before, more, heap, then], 995), timeOf(5));
});

test('what holds for less than a second does not count', (t) => {
  const short = { fromMs: 1_100, toMs: 2_000, stepMs: 10 };
  const late = { fromMs: 2_500, toMs: 4_000, stepMs: 10 };
  t.deepEqual(metricOf([before, short, late], 1_000), timeOf(1_500));
});

test('a rate that never comes back is no value', (t) => {
  const slow = { fromMs: 1_100, toMs: 4_000, stepMs: 20 };
  t.deepEqual(
    metricOf([before, slow], 1_000),
    missing('download did not bring 720 kbit/s for a second within 10 s of silence'),
  );
});

test('of several beginnings of an event the longest counts', (t) => {
  const first = { fromMs: 1_100, toMs: 3_000, stepMs: 10 };
  const second = { fromMs: 3_400, toMs: 6_000, stepMs: 10 };
  t.deepEqual(metricOf([before, first, second], 1_000, 2_991), timeOf(409));
});

test('without its event, and across clocks that differ, there is no value', (t) => {
  t.deepEqual(metricOf([before]), missing('event silence did not begin'));
  const arrivals = receivedAt([1, 10], [2, 20]);
  const records = [openedAt(0), arrivals, endedAt(20, 2), beganAt(15), skewedAt(0, 'phone')];
  const metric = measureSample([measure], contextOf(...records))['m'];
  t.deepEqual(metric, missing('clocks of phone and lab differ: phone was skewed'));
});
