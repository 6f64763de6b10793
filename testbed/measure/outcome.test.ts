import test from 'ava';
import { measureSample } from './measure-sample.ts';
import { measured } from './metric.ts';
import {
  answeredAt,
  askedAt,
  completeAt,
  contextOf,
  endedAt,
  measureOf,
  openedAt,
  type RecordLists,
  receivedAt,
  recordAt,
  sentAt,
  timedOutAt,
  windowMs,
} from './testing-records.ts';

const success = measureOf('success');
const metricOf = (measure: typeof success, ...records: RecordLists) =>
  measureSample([measure], contextOf(...records))['m'];
const finished = (id: string) => [recordAt(99, 'phone', 'program.finished', { id })];
const yes = measured(1, 'plain');
const no = measured(0, 'plain');

test('a program succeeds when it finishes', (t) => {
  const probe = { ...success, of: 'probe' };
  t.deepEqual(metricOf(probe, finished('probe')), yes);
  t.deepEqual(metricOf(probe, finished('download/sink')), no);
});

test('a stream succeeds when it completes and nothing is lost', (t) => {
  const whole = [openedAt(0), sentAt(1, 2), endedAt(2, 2), completeAt(20, 2)];
  t.deepEqual(metricOf(success, ...whole, receivedAt([1, 3], [2, 4])), yes);
  t.deepEqual(metricOf(success, ...whole, receivedAt([1, 3])), no);
  t.deepEqual(metricOf(success, openedAt(0), sentAt(1), receivedAt([1, 3]), endedAt(3, 1)), no);
  t.deepEqual(metricOf(success), no);
});

test('request-response succeeds when every request is answered', (t) => {
  const ping = { ...success, of: 'ping' };
  const ended = [{ ...endedAt(50, 2)[0]!, node: 'phone', flow: 'ping' }];
  const asked = [openedAt(0, 'ping'), askedAt(1, 2), ended, finished('ping/requester')];
  t.deepEqual(metricOf(ping, ...asked, answeredAt([1, 5, 4], [2, 8, 6])), yes);
  t.deepEqual(metricOf(ping, ...asked, answeredAt([1, 5, 4]), timedOutAt([2, 40])), no);
});

const drops = [
  openedAt(10),
  [
    recordAt(15, 'lab', 'link.dropped', { link: 'wifi', reason: 'loss', frame: 3 }),
    recordAt(25, 'lab', 'link.dropped', { link: 'wifi', reason: 'queue', frame: 8 }),
    recordAt(35, 'lab', 'link.dropped', { link: 'lte', reason: 'loss', frame: 9 }),
    recordAt(36, 'phone', 'path.error', { flow: 'download', error: 'port-unreachable' }),
    recordAt(37, 'phone', 'path.error', { flow: 'ping', error: 'port-unreachable' }),
  ],
];

test('records are counted by kind and fields', (t) => {
  const count = (parts: Partial<typeof success>) =>
    metricOf(measureOf('count', { kind: 'link.dropped', ...parts }), ...drops);
  t.deepEqual(count({}), measured(3, 'plain'));
  t.deepEqual(count({ where: { link: 'wifi' } }), measured(2, 'plain'));
  t.deepEqual(count({ where: { link: 'wifi', reason: 'loss' } }), measured(1, 'plain'));
  t.deepEqual(count({ where: { frame: 8 } }), measured(1, 'plain'));
  t.deepEqual(count({ where: { frame: '8' } }), no);
  t.deepEqual(count({ where: { node: 'phone' } }), no);
  t.deepEqual(count({ window: windowMs(5, 25) }), measured(2, 'plain'));
});

test('a traffic, a program, a node and a link each count their own records', (t) => {
  const errors = measureOf('count', { kind: 'path.error' });
  const said = recordAt(38, 'phone', 'path.error', { program: 'probe', error: 'time-exceeded' });
  const all = [...drops, [said]];
  t.deepEqual(metricOf(errors, ...drops), yes);
  t.deepEqual(metricOf({ ...errors, of: 'probe' }, ...all), yes);
  t.deepEqual(metricOf({ ...errors, of: 'probe' }, ...drops), no);
  t.deepEqual(metricOf({ ...errors, of: 'phone' }, ...all), measured(3, 'plain'));
  t.deepEqual(
    metricOf({ ...errors, of: 'wifi', kind: 'link.dropped' }, ...all),
    measured(2, 'plain'),
  );
  const late = { ...errors, of: 'phone', window: windowMs(37, 99) };
  t.deepEqual(metricOf(late, ...all), measured(2, 'plain'));
});
