import test from 'ava';
import { picks } from '../schema/model.ts';
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
  timedOutAt,
  windowMs,
} from './testing-records.ts';

const rtt = measureOf('rtt', { of: 'ping' });
const delay = measureOf('one-way-delay');
const metricOf = (measure: typeof rtt, ...records: RecordLists) =>
  measureSample([measure], contextOf(...records))['m'];

const pings = [
  openedAt(0, 'ping'),
  askedAt(10, 50, 200, 900),
  answeredAt([1, 40, 30], [2, 150, 100], [3, 220, 20]),
  timedOutAt([4, 1_900]),
];

test('round trips are those of answers in time, one of them picked', (t) => {
  const wanted = { min: 20, median: 30, mean: 50, p90: 100, p99: 100, max: 100 };
  for (const pick of picks) {
    t.deepEqual(metricOf({ ...rtt, pick }, ...pings), measured(ms(wanted[pick]), 'time'), pick);
  }
});

test('a window takes the requests that were made in it', (t) => {
  const max = { ...rtt, pick: 'max' } as const;
  t.deepEqual(
    metricOf({ ...max, window: windowMs(60, 300) }, ...pings),
    measured(ms(20), 'time'),
    'the second was asked before, at 50 ms',
  );
  t.deepEqual(metricOf({ ...max, window: windowMs(50, 200) }, ...pings), measured(ms(100), 'time'));
  t.deepEqual(
    metricOf({ ...max, window: windowMs(500, 2_000) }, ...pings),
    missing('no answer came to a request between 500 ms and 2 s'),
  );
});

test('without an answer there is no round trip', (t) => {
  const silent = [openedAt(0, 'ping'), askedAt(10), timedOutAt([1, 1_010])];
  t.deepEqual(metricOf(rtt, ...silent), missing('no answer came to a request'));
});

test('a stream has no round trips, and a request-response no one-way delays', (t) => {
  t.deepEqual(
    metricOf({ ...rtt, of: 'download' }, openedAt(0)),
    missing('download is a stream: only request-response has round trips'),
  );
  t.deepEqual(
    metricOf({ ...delay, of: 'ping' }, ...pings),
    missing('ping is request-response: one-way delays are those of a stream'),
  );
});

test('round trips stand on one clock: a skew elsewhere does not touch them', (t) => {
  t.deepEqual(metricOf(rtt, ...pings, skewedAt(0, 'server')), measured(ms(30), 'time'));
  t.deepEqual(metricOf(rtt, ...pings, skewedAt(0, 'phone')), measured(ms(30), 'time'));
});

const stream = [
  openedAt(0),
  sentAt(10, 20, 30, 40),
  // The second is overtaken, the third lost; the fourth comes twice, 11 and 21 ms after it left.
  receivedAt([1, 15], [4, 51], [2, 60], [4, 61]),
];

test('one-way delays join numbers, and the first arrival of each counts', (t) => {
  const wanted = { min: 5, median: 11, mean: 56 / 3, p90: 40, p99: 40, max: 40 };
  for (const pick of picks) {
    const metric = metricOf({ ...delay, pick }, ...stream);
    t.deepEqual(metric, measured(ms(wanted[pick]), 'time'), pick);
  }
});

test('a window takes the datagrams that left in it', (t) => {
  const min = { ...delay, pick: 'min' } as const;
  t.deepEqual(metricOf({ ...min, window: windowMs(15, 40) }, ...stream), measured(ms(40), 'time'));
  t.deepEqual(
    metricOf({ ...min, window: windowMs(30, 40) }, ...stream),
    missing('no datagram arrived of those sent between 30 ms and 40 ms'),
  );
});

test('one-way delay across clocks that differ is refused', (t) => {
  const reason = 'clocks of server and phone differ: ';
  t.deepEqual(
    metricOf(delay, ...stream, skewedAt(0, 'phone')),
    missing(`${reason}phone was skewed`),
  );
  t.deepEqual(
    metricOf(delay, ...stream, skewedAt(0, 'phone'), skewedAt(1, 'server')),
    missing(`${reason}server and phone were skewed`),
  );
  t.deepEqual(metricOf(delay, ...stream, skewedAt(0, 'gateway')), measured(ms(11), 'time'));
});

test('one-way delay to or from a machine of somebody else is refused: its clock is its own', (t) => {
  const said = { interface: 'tap0', hardware: 'guest', clock: 'its own' };
  const taken = (node: string) => [{ tNs: 0, node, kind: 'hardware.taken', ...said }];
  const reason = 'clocks of server and phone differ: ';
  for (const node of ['phone', 'server']) {
    const why = `${reason}${node} is a machine with a clock of its own`;
    t.deepEqual(metricOf(delay, ...stream, taken(node)), missing(why));
  }
  t.deepEqual(metricOf(delay, ...stream, taken('gateway')), measured(ms(11), 'time'));
});

test('what was never opened has no delay, and what is no traffic neither', (t) => {
  t.deepEqual(metricOf(delay), missing('download was never opened'));
  t.deepEqual(
    metricOf({ ...delay, of: 'probe' }),
    missing('probe is no traffic: it has no one-way-delay'),
  );
});
