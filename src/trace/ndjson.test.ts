import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { emitRecord, isUnreadable, parseRecord } from './ndjson.ts';
import type { TraceRecord } from './record.ts';

const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const field = fc.oneof(scalar, fc.boolean(), fc.constant(null), fc.array(scalar));
const envelope = fc.record({ tNs: fc.maxSafeNat(), node: fc.string(), kind: fc.string() });
const names = fc.string().filter((name) => name !== '__proto__');
const records: fc.Arbitrary<TraceRecord> = fc
  .tuple(fc.dictionary(names, field, { noNullPrototype: true }), envelope)
  .map(([fields, head]) => ({ ...fields, ...head }));

test('a record is one line, the envelope first, then its fields in order', (t) => {
  const record: TraceRecord = {
    zulu: 1,
    kind: 'datagram.sent',
    alpha: ['x', 2],
    tNs: 1_500,
    node: 'phone',
  };
  t.is(
    emitRecord(record),
    '{"tNs":1500,"node":"phone","kind":"datagram.sent","zulu":1,"alpha":["x",2]}',
  );
});

test('a field named like a list index stays behind the envelope', (t) => {
  const record: TraceRecord = { tNs: 1, node: 'a', kind: 'b', late: true, '0': null };
  t.regex(emitRecord(record), /^\{"tNs":1,"node":"a","kind":"b",/);
});

test('a text with a line end or a quote stays on its line', (t) => {
  const record: TraceRecord = { tNs: 0, node: 'a', kind: 'b', text: 'one\n"two"\u2028' };
  t.false(emitRecord(record).includes('\n'));
  t.deepEqual(parseRecord(emitRecord(record)), record);
});

test('what is written reads back as it was', (t) => {
  const roundTrips = fc.property(records, (record) => {
    t.deepEqual(parseRecord(emitRecord(record)), JSON.parse(JSON.stringify(record)));
  });
  fc.assert(roundTrips, propertyRuns(200));
});

test('writing what was read gives the same line', (t) => {
  const stable = fc.property(records, (record) => {
    const line = emitRecord(record);
    const read = parseRecord(line);
    t.false(isUnreadable(read));
    if (!isUnreadable(read)) t.is(emitRecord(read), line);
  });
  fc.assert(stable, propertyRuns(200));
});

for (const [reason, line] of [
  ['not JSON', 'listening on port 80'],
  ['not JSON', '{"tNs":1'],
  ['not JSON', ''],
  ['not a JSON object', '[1]'],
  ['not a JSON object', 'null'],
  ['tNs is not a number', '{"tNs":"1","node":"a","kind":"b"}'],
  ['tNs is not a number', '{"node":"a","kind":"b"}'],
  ['node is not a text', '{"tNs":1,"kind":"b"}'],
  ['kind is not a text', '{"tNs":1,"node":"a","kind":7}'],
  [
    'peer is neither a text, a number, a flag nor a list',
    '{"tNs":1,"node":"a","kind":"b","peer":{"port":1}}',
  ],
  [
    'path is neither a text, a number, a flag nor a list',
    '{"tNs":1,"node":"a","kind":"b","path":[["a"]]}',
  ],
] as const) {
  test(`${reason}: ${line}`, (t) => {
    t.deepEqual(parseRecord(line), { unreadable: reason });
  });
}

test('no line makes the reader throw', (t) => {
  const line = fc.oneof(fc.string(), fc.json());
  t.notThrows(() =>
    fc.assert(
      fc.property(line, (text) => void parseRecord(text)),
      propertyRuns(500),
    ),
  );
});
