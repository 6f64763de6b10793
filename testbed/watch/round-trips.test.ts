import test from 'ava';
import { createRoundTrips, noteAcknowledgment, noteData } from './round-trips.ts';

const circle = 4_294_967_296;

test('a segment is timed from its leaving to the acknowledgment that covers it', (t) => {
  const trips = createRoundTrips();
  noteData(trips, 10, 1_000, 100);
  t.is(noteAcknowledgment(trips, 60, 1_099), undefined, 'not all of it');
  t.is(noteAcknowledgment(trips, 70, 1_100), 60);
  t.is(noteAcknowledgment(trips, 80, 1_100), undefined, 'nothing new');
});

test('of several that one acknowledgment covers the newest is timed', (t) => {
  const trips = createRoundTrips();
  for (const at of [0, 1, 2]) noteData(trips, at * 10, 1_000 + at * 100, 100);
  t.is(noteAcknowledgment(trips, 55, 1_200), 45);
  t.is(noteAcknowledgment(trips, 95, 1_300), 75);
});

test('what was sent twice is not timed, and neither is what waited behind it', (t) => {
  const trips = createRoundTrips();
  for (const at of [0, 1, 2]) noteData(trips, at * 10, 1_000 + at * 100, 100);
  noteData(trips, 500, 1_000, 100);
  t.is(noteAcknowledgment(trips, 560, 1_300), undefined);
  noteData(trips, 600, 1_300, 100);
  t.is(noteAcknowledgment(trips, 650, 1_400), 50, 'the next one is');
});

test('what is sent again cut otherwise marks all that it touches', (t) => {
  const trips = createRoundTrips();
  for (const at of [0, 1, 2]) noteData(trips, at * 10, 1_000 + at * 100, 100);
  noteData(trips, 400, 1_050, 100);
  t.is(noteAcknowledgment(trips, 460, 1_100), undefined);
  t.is(noteAcknowledgment(trips, 460, 1_200), undefined);
  t.is(noteAcknowledgment(trips, 470, 1_300), 450);
});

test('acknowledgments go round with the numbers', (t) => {
  const trips = createRoundTrips();
  noteData(trips, 0, circle - 50, 100);
  noteData(trips, 10, 50, 100);
  t.is(noteAcknowledgment(trips, 40, 50), 40);
  t.is(noteAcknowledgment(trips, 60, 150), 50);
});

test('an acknowledgment of what never left says nothing', (t) => {
  t.is(noteAcknowledgment(createRoundTrips(), 5, 1_000), undefined);
});

test('a long stream keeps no more than is outstanding', (t) => {
  const trips = createRoundTrips();
  for (let at = 0; at < 100_000; at++) {
    noteData(trips, at, (at * 100) % circle, 100);
    t.is(noteAcknowledgment(trips, at + 7, ((at + 1) * 100) % circle), 7);
  }
  t.true(trips.outstanding.length < 3_000);
});
