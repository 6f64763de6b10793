import test from 'ava';
import { isOfSort, measureSubjects } from '../schema/metric-table.ts';
import { measureKinds } from '../schema/model.ts';
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
  receivedAt,
  recordAt,
  sentAt,
  timedOutAt,
} from './testing-records.ts';
import { trafficProperties } from './traffic-metrics.ts';

test('every traffic of the plan has every property', (t) => {
  const metrics = measureSample([], contextOf());
  t.deepEqual(
    Object.keys(metrics),
    ['download', 'ping'].flatMap((name) => trafficProperties.map((one) => `${name}.${one}`)),
  );
});

test('what was never opened has no figures: nothing lost must not pass for a success', (t) => {
  const metrics = measureSample([], contextOf());
  for (const name of trafficProperties) {
    t.deepEqual(metrics[`download.${name}`], missing('download was never opened'));
  }
});

test('the properties of a stream', (t) => {
  const corrupt = [recordAt(9, 'phone', 'datagram.corrupt', { flow: 'download' })];
  const arrivals = receivedAt([1, 20], [3, 21], [2, 22], [2, 40]);
  const context = contextOf(openedAt(10), sentAt(11, 12, 13, 14, 15), arrivals, corrupt);
  const metrics = measureSample([], context);
  const wanted = {
    sent: measured(5, 'plain'),
    received: measured(3, 'plain'),
    lost: measured(2, 'plain'),
    doubled: measured(1, 'plain'),
    reordered: measured(1, 'plain'),
    corrupt: measured(1, 'plain'),
    bytes: measured(3_000, 'size'),
    retransmitted: missing("no TCP of Ropewalk's programs said that it had carried download"),
    duration: measured(ms(12), 'time'),
    goodput: measured(2_000_000, 'rate'),
    answered: missing('download is a stream: it asks nothing'),
    'timed-out': missing('download is a stream: it asks nothing'),
  };
  for (const name of trafficProperties)
    t.deepEqual(metrics[`download.${name}`], wanted[name], name);
});

test('a measure is missing for a sort of traffic just where the reading of a scenario refuses it', (t) => {
  const times = Array.from({ length: 200 }, (_, n) => 10 * n);
  const arrivals = receivedAt(...times.map((atMs, at) => [at + 1, atMs + 8] as const));
  const stream = [openedAt(0), sentAt(...times), arrivals, endedAt(2_000, times.length)];
  const answers = answeredAt(...times.map((atMs, at) => [at + 1, atMs + 8, 8] as const));
  const asking = [openedAt(0, 'ping'), askedAt(...times), answers];
  const context = contextOf(...asking, beganAt(5), ...stream);
  /** What one of them can't do without. */
  const needs = { 'time-to-rate': { around: 'silence', rateBps: 1_000 } };
  for (const what of measureKinds) {
    for (const [of, generator] of [
      ['download', 'stream'],
      ['ping', 'request-response'],
    ] as const) {
      const metrics = measureSample(
        [measureOf(what, { name: 'it', of, ...(what === 'time-to-rate' && needs[what]) })],
        context,
      );
      const fits = isOfSort(generator, measureSubjects[what]);
      t.is(metrics['it']?.kind !== 'missing', fits, `${what} of ${of}`);
    }
  }
});

test('the properties of request-response', (t) => {
  const context = contextOf(
    openedAt(0, 'ping'),
    askedAt(1, 20, 40, 60),
    answeredAt([1, 11, 10], [3, 50, 10]),
    timedOutAt([2, 30]),
  );
  const metrics = measureSample([], context);
  const orderly = missing('ping is request-response: it waits for one answer at a time');
  const wanted = {
    sent: measured(4, 'plain'),
    received: measured(2, 'plain'),
    lost: measured(1, 'plain'),
    doubled: orderly,
    reordered: orderly,
    corrupt: measured(0, 'plain'),
    bytes: measured(200, 'size'),
    retransmitted: missing("no TCP of Ropewalk's programs said that it had carried ping"),
    duration: measured(ms(50), 'time'),
    goodput: measured(32_000, 'rate'),
    answered: measured(2, 'plain'),
    'timed-out': measured(1, 'plain'),
  };
  for (const name of trafficProperties) t.deepEqual(metrics[`ping.${name}`], wanted[name], name);
});

test('a number that is sent again, as after a restart, counts once', (t) => {
  const metrics = measureSample(
    [],
    contextOf(openedAt(0), sentAt(1, 2), sentAt(5), receivedAt([1, 9])),
  );
  t.deepEqual(metrics['download.sent'], measured(2, 'plain'));
  t.deepEqual(metrics['download.lost'], measured(1, 'plain'));
});

test('what TCP sent again is known from the source, which asks its TCP at the end', (t) => {
  const bytes = { acknowledgedBytes: 5_000, retransmittedBytes: 700 };
  const carried = [recordAt(60, 'server', 'flow.carried', { flow: 'download', ...bytes })];
  const metrics = measureSample([], contextOf(openedAt(0), sentAt(1), carried));
  t.deepEqual(metrics['download.retransmitted'], measured(700, 'size'));
});

test('records of flows that the plan does not know are left alone', (t) => {
  const foreign = [recordAt(1, 'phone', 'datagram.sent', { flow: 'other', n: 1, bytes: 9 })];
  t.notThrows(() => measureSample([], contextOf(foreign)));
});
