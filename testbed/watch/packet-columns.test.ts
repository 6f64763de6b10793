import test from 'ava';
import { addPacket, createColumns, takePackets } from './packet-columns.ts';

function taken(waiting: ReturnType<typeof createColumns>) {
  const batches: [string, object][] = [];
  takePackets(waiting, (kind, fields) => batches.push([kind, fields]));
  return batches;
}

test('packets wait in columns, a batch for each flow and kind, in their order', (t) => {
  const waiting = createColumns();
  addPacket(waiting, 10, 'packets.sent', { flow: 'page', n: 1, bytes: 100 });
  addPacket(waiting, 15, 'packets.received', { flow: 'page', n: 1, bytes: 100, delivered: 0 });
  addPacket(waiting, 20, 'packets.sent', { flow: 'page', n: 2, bytes: 50 });
  addPacket(waiting, 30, 'packets.sent', { flow: 'call', n: 1, bytes: 7 });
  addPacket(waiting, 40, 'packets.acknowledged', { flow: 'page', rttNs: 30 });
  t.is(waiting.count, 5);
  t.deepEqual(taken(waiting), [
    ['packets.sent', { flow: 'page', atNs: [10, 20], n: [1, 2], bytes: [100, 50] }],
    ['packets.sent', { flow: 'call', atNs: [30], n: [1], bytes: [7] }],
    ['packets.received', { flow: 'page', atNs: [15], n: [1], bytes: [100], delivered: [0] }],
    ['packets.acknowledged', { flow: 'page', atNs: [40], rttNs: [30] }],
  ]);
});

test('what was taken does not wait any more, and is not touched again', (t) => {
  const waiting = createColumns();
  addPacket(waiting, 10, 'packets.sent', { flow: 'page', n: 1, bytes: 100 });
  const [first] = taken(waiting);
  addPacket(waiting, 20, 'packets.sent', { flow: 'page', n: 2, bytes: 100 });
  t.is(waiting.count, 1);
  t.deepEqual(first, ['packets.sent', { flow: 'page', atNs: [10], n: [1], bytes: [100] }]);
  t.deepEqual(taken(waiting), [
    ['packets.sent', { flow: 'page', atNs: [20], n: [2], bytes: [100] }],
  ]);
  t.deepEqual(taken(waiting), []);
});
