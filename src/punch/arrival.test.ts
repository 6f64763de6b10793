import test from 'ava';
import { advanceArrival, createArrival, isAhead, takeFence, takePacket } from './arrival.ts';

function makeBench() {
  const arrival = createArrival();
  const order: number[] = [];
  const handOn = (packet: Uint8Array) => void order.push(packet[0]!);
  const take = (epoch: number, counter: number, nowNs = 0) =>
    takePacket(arrival, nowNs, epoch, counter, Uint8Array.of(counter), 100, handOn);
  return { arrival, order, take, handOn };
}

test('what comes by the newer path waits for the fence behind the older one', (t) => {
  const { arrival, order, take, handOn } = makeBench();
  take(0, 1);
  take(1, 4);
  take(1, 5);
  take(0, 2);
  t.deepEqual(order, [1, 2]);
  takeFence(arrival, 1, handOn);
  t.deepEqual(order, [1, 2, 4, 5]);
  take(1, 6);
  t.deepEqual(order, [1, 2, 4, 5, 6]);
});

test('packets that waited are handed on in the order of their counters', (t) => {
  const { arrival, order, take, handOn } = makeBench();
  for (const counter of [9, 7, 8]) take(1, counter);
  takeFence(arrival, 1, handOn);
  t.deepEqual(order, [7, 8, 9]);
});

test('a fence that is lost holds nobody up for longer than its patience', (t) => {
  const { arrival, order, take, handOn } = makeBench();
  take(1, 4, 1_000);
  t.is(arrival.deadlineNs, 1_100);
  advanceArrival(arrival, 1_099, handOn);
  t.deepEqual(order, []);
  advanceArrival(arrival, 1_100, handOn);
  t.deepEqual(order, [4]);
  t.is(arrival.deadlineNs, Number.POSITIVE_INFINITY);
});

test('a fence from before changes nothing', (t) => {
  const { arrival, order, take, handOn } = makeBench();
  takeFence(arrival, 2, handOn);
  takeFence(arrival, 1, handOn);
  t.is(arrival.epoch, 2);
  take(2, 1);
  t.deepEqual(order, [1]);
});

test('epochs go round', (t) => {
  t.true(isAhead(0, 0xffff));
  t.false(isAhead(0xffff, 0));
  t.false(isAhead(3, 3));
});
