import test from 'ava';
import type { MeasureModel, Protocol } from '../schema/model.ts';
import type { WatchNoteKind, WatchNotes } from '../watch/records.ts';
import { measureSample } from './measure-sample.ts';
import { measured, missing } from './metric.ts';
import { createProgress, noteRecord, progressNames, readProgress } from './progress.ts';
import {
  beganAt,
  contextOf,
  measureOf,
  ms,
  type RecordLists,
  recordAt,
  skewedAt,
  windowMs,
} from './testing-records.ts';

/** `[when, kind, fields]` each, of the flow. */
type Event = {
  [Kind in WatchNoteKind]: readonly [number, Kind, Omit<WatchNotes[Kind], 'flow'>];
}[WatchNoteKind];

/** Packets stand in columns: here one packet a record, but for acknowledgments, which come together. */
function recordsOf(events: readonly Event[]) {
  const isTrip = ([, kind]: Event) => kind === 'packets.acknowledged';
  const trips = events.filter(isTrip).map(([atMs, , fields]) => [atMs, fields] as const);
  const together = recordAt(70, 'lab', 'packets.acknowledged', {
    flow: 'page',
    atNs: trips.map(([atMs]) => ms(atMs)),
    rttNs: trips.map(([, fields]) => (fields as { rttNs: number }).rttNs),
  });
  const others = events.filter((event) => !isTrip(event));
  return [
    ...others.map(([atMs, kind, fields]) => {
      const isPacket = kind.startsWith('packets.');
      const columns = Object.entries(fields).map(([name, value]) => [name, [value as number]]);
      const packet = { atNs: [ms(atMs)], ...Object.fromEntries(columns) };
      // Told of later, together with others.
      const atTold = isPacket ? atMs + 3 : atMs;
      return recordAt(atTold, 'lab', kind, { flow: 'page', ...(isPacket ? packet : fields) });
    }),
    ...(trips.length === 0 ? [] : [together]),
  ];
}

function metricsOf(
  protocol: Protocol,
  events: readonly Event[],
  measures: readonly Partial<MeasureModel>[] = [],
  others: RecordLists = [],
) {
  const context = contextOf(recordsOf(events), ...others);
  const end = { node: 'phone', addresses: [] };
  const from = { ...end, node: 'server' };
  const watch = { name: 'page', protocol, port: 80, from, to: end, others: [] };
  const plan = { ...context.plan, watches: [watch] };
  const asked = measures.map((one) => measureOf('goodput', { of: 'page', ...one }));
  return measureSample(asked, { ...context, plan });
}

/** Ten packets of 1 000 bytes each 10 ms; the third is lost and comes again at 65 ms. */
const holed: readonly Event[] = [
  [0, 'flow.opened', {}],
  ...[1, 2, 3, 4, 5].map((n): Event => [n * 10, 'packets.sent', { n, bytes: 1_000 }]),
  [15, 'packets.received', { n: 1, bytes: 1_000, delivered: 1_000 }],
  [25, 'packets.received', { n: 2, bytes: 1_000, delivered: 1_000 }],
  [45, 'packets.received', { n: 4, bytes: 1_000, delivered: 0 }],
  [55, 'packets.received', { n: 5, bytes: 1_000, delivered: 0 }],
  [60, 'packets.sent', { n: 6, bytes: 1_000 }],
  [65, 'packets.received', { n: 6, bytes: 1_000, delivered: 3_000 }],
  [30, 'packets.acknowledged', { rttNs: ms(20) }],
  [40, 'packets.acknowledged', { rttNs: ms(24) }],
];

test('of TCP what is delivered counts as bytes, and packets count as sent and lost', (t) => {
  const metrics = metricsOf('tcp', holed);
  t.deepEqual(metrics['page.bytes'], measured(5_000, 'size'));
  t.deepEqual(metrics['page.sent'], measured(6, 'plain'));
  t.deepEqual(metrics['page.received'], measured(5, 'plain'));
  t.deepEqual(metrics['page.lost'], measured(1, 'plain'));
  t.deepEqual(metrics['page.duration'], measured(ms(65), 'time'));
  t.deepEqual(metrics['page.answered'], missing('page is a stream: it asks nothing'));
});

test('the gap of TCP is that of what is delivered, not of what arrives', (t) => {
  const metrics = metricsOf('tcp', holed, [
    { name: 'gap', what: 'delivery-gap' },
    { name: 'rate', what: 'goodput', window: windowMs(0, 40) },
    { name: 'trip', what: 'rtt', pick: 'max' },
    { name: 'early', what: 'rtt', pick: 'max', window: windowMs(0, 15) },
    { name: 'late', what: 'one-way-delay', pick: 'max' },
  ]);
  t.deepEqual(metrics['gap'], measured(ms(40), 'time'));
  t.deepEqual(metrics['rate'], measured((2_000 * 8) / 0.04, 'rate'));
  t.deepEqual(metrics['trip'], measured(ms(24), 'time'));
  t.deepEqual(metrics['early'], measured(ms(20), 'time'), 'the one that was sent at 10 ms');
  t.deepEqual(metrics['late'], measured(ms(5), 'time'));
});

test('the same packets of UDP are delivered as they come', (t) => {
  const metrics = metricsOf('udp', holed, [{ name: 'gap', what: 'delivery-gap' }]);
  t.deepEqual(metrics['gap'], measured(ms(20), 'time'));
  t.deepEqual(metrics['page.bytes'], measured(5_000, 'size'));
});

test('a double of UDP is one, and delivers nothing', (t) => {
  const again: Event = [26, 'packets.received', { n: 2, bytes: 1_000, delivered: 0 }];
  const metrics = metricsOf('udp', [...holed, again]);
  t.deepEqual(metrics['page.doubled'], measured(1, 'plain'));
  t.deepEqual(metrics['page.bytes'], measured(5_000, 'size'));
});

const changed = holed.map(
  (event): Event =>
    event[1] === 'packets.received' ? [event[0], event[1], { ...event[2], n: 0 }] : event,
);

test('where packets are other ones on arrival, they are delivered, and of loss nothing is said', (t) => {
  for (const protocol of ['tcp', 'udp'] as const) {
    const metrics = metricsOf(protocol, changed, [
      { name: 'gap', what: 'delivery-gap' },
      { name: 'loss', what: 'loss' },
    ]);
    t.deepEqual(metrics['page.bytes'], measured(5_000, 'size'));
    t.is(metrics['gap']?.kind, 'value');
    const reason = 'packets change between server and phone: none that arrived had left';
    for (const name of ['loss', 'page.lost', 'page.doubled', 'page.reordered']) {
      t.deepEqual(metrics[name], missing(reason), name);
    }
  }
});

test('a silence after the last packet that left is no gap; one before is, and stays open', (t) => {
  const gap = { name: 'gap', what: 'delivery-gap' } as const;
  const later = [[recordAt(5_000, 'lab', 'run.ended')]] as const;
  t.deepEqual(metricsOf('tcp', holed, [gap], [...later])['gap'], measured(ms(40), 'time'));
  const trying: Event = [900, 'packets.sent', { n: 7, bytes: 1_000 }];
  const open = missing('no delivery before the end: 835 ms were still open');
  t.deepEqual(metricsOf('tcp', [...holed, trying], [gap], [...later])['gap'], open);
});

test('clocks of nodes may go wrong: a watched flow is seen by that of the lab', (t) => {
  const gap = { name: 'gap', what: 'delivery-gap', around: 'silence' } as const;
  const others = [beganAt(40), skewedAt(1, 'phone'), skewedAt(1, 'server')];
  t.deepEqual(metricsOf('tcp', holed, [gap], others)['gap'], measured(ms(40), 'time'));
});

test('a flow that nobody opened is missing in all that it has', (t) => {
  t.deepEqual(metricsOf('tcp', [])['page.lost'], missing('page was never opened'));
});

test('while the run goes on, deliveries and packets are counted the same way', (t) => {
  const progress = createProgress();
  for (const record of recordsOf(holed)) noteRecord(progress, record);
  const read = progressNames.map((name) => readProgress(progress, `page.${name}`));
  t.deepEqual(read, [5_000, 5, 6, 0]);
});
