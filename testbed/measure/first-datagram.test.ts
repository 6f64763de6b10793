import test from 'ava';
import type { TraceRecord } from '../../src/trace/record.ts';
import { measureFirstDatagram } from './first-datagram.ts';

function firstIn(program: string, afterNs: number): TraceRecord {
  return { tNs: 0, node: 'tv', kind: 'subscriber.first-in', program, group: '239.1.1.1', afterNs };
}

const records = [
  firstIn('alice', 3),
  firstIn('bob', 100),
  firstIn('alice', 1),
  firstIn('alice', 2),
];

for (const [pick, value] of [
  ['min', 1],
  ['median', 2],
  ['max', 3],
] as const) {
  test(`of a subscriber's own waits the ${pick} is taken`, (t) => {
    const metric = measureFirstDatagram({ records }, { of: 'alice', pick });
    t.deepEqual(metric, { kind: 'value', value, dimension: 'time' });
  });
}

test('a subscriber that got nothing has no wait', (t) => {
  const metric = measureFirstDatagram({ records }, { of: 'carol', pick: 'median' });
  t.deepEqual(metric, { kind: 'missing', reason: 'carol got nothing of what it joined' });
});
