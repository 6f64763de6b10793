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

test('very many that look alike cost no more than others', (t) => {
  const sightings = createSightings();
  // By a walk along all of them these would be five milliards of steps.
  for (let at = 0; at < 100_000; at++) noteLeft(sightings, at, 70);
  for (let n = 1; n <= 100_000; n++) t.is(recognise(sightings, 70)!.n, n);
});

test('memory does not grow with the length of a flow, whether its packets arrive or not', (t) => {
  for (const arrive of [true, false]) {
    const sightings = createSightings();
    for (let at = 0; at < 200_000; at++) {
      noteLeft(sightings, at * (arrive ? 1_000 : second), at);
      if (arrive) recognise(sightings, at);
    }
    t.true(sightings.waiting.size <= 31);
    t.true(sightings.left.length < 10_000);
    t.true(sightings.seen.size <= 16_384);
    t.is(sightings.count, 200_000);
  }
});

test('whatever is used again, the answers are those of plain lists', (t) => {
  const sightings = createSightings();
  const under = new Map<number, number[]>();
  let state = 1;
  const chance = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
  let wrong = 0;
  for (let at = 0, n = 0; at < 60_000; at++) {
    const identity = chance(40) - 20;
    const line = under.get(identity) ?? [];
    under.set(identity, line);
    // More leave than arrive at first, then fewer.
    if (chance(10) < (at < 30_000 ? 6 : 4)) {
      line.push(++n);
      noteLeft(sightings, at, identity);
    } else if (line.length > 0) {
      const { n: known, isDouble } = recognise(sightings, identity)!;
      if (known !== line.shift() || isDouble) wrong++;
    }
  }
  t.is(wrong, 0);
});
