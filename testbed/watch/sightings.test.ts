import test from 'ava';
import { createSightings, noteLeft, recognise } from './sightings.ts';

const second = 1_000_000_000;

test('a packet is recognised by what it looks like, in whatever order it comes', (t) => {
  const sightings = createSightings();
  const numbers = [70, 80, 90].map((identity, at) => noteLeft(sightings, at, identity));
  t.deepEqual(numbers, [1, 2, 3]);
  t.deepEqual(recognise(sightings, 90), { n: 3, isDouble: false });
  t.deepEqual(recognise(sightings, 70), { n: 1, isDouble: false });
  t.deepEqual(recognise(sightings, 90), { n: 3, isDouble: true });
  t.is(recognise(sightings, 100), undefined);
});

test('packets that look alike are taken in the order in which they left', (t) => {
  const sightings = createSightings();
  for (const at of [0, 1]) noteLeft(sightings, at, 70);
  t.deepEqual(recognise(sightings, 70), { n: 1, isDouble: false });
  t.deepEqual(recognise(sightings, 70), { n: 2, isDouble: false });
  t.deepEqual(recognise(sightings, 70), { n: 2, isDouble: true });
  noteLeft(sightings, 2, 70);
  t.deepEqual(recognise(sightings, 70), { n: 3, isDouble: false });
});

test('what is longer ago than anything is under way is forgotten, and no more than that', (t) => {
  const sightings = createSightings();
  noteLeft(sightings, 0, 70);
  noteLeft(sightings, 20 * second, 70);
  noteLeft(sightings, 20 * second, 80);
  noteLeft(sightings, 31 * second, 90);
  t.deepEqual(recognise(sightings, 70), { n: 2, isDouble: false });
  noteLeft(sightings, 51 * second, 100);
  t.is(recognise(sightings, 80), undefined);
  t.deepEqual(recognise(sightings, 90), { n: 4, isDouble: false });
});

test('memory does not grow with the length of a flow', (t) => {
  const sightings = createSightings();
  for (let at = 0; at < 100_000; at++) noteLeft(sightings, at * second, at);
  t.true(sightings.byIdentity.size <= 31);
  t.true(sightings.all.length < 10_000);
  t.is(sightings.count, 100_000);
});
