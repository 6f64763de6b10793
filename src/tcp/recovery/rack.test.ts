import test from 'ava';
import { never, nsPerMs } from '../../base/time.ts';
import {
  adaptReorderWindow,
  detectLoss,
  endRackRecovery,
  isLostOnTimeout,
  makeRack,
  noteDelivered,
  type RackSegment,
  reorderWindowNs,
} from './rack.ts';

const rttNs = 40 * nsPerMs;

/** Segments of 1000 bytes from 0, one sent each millisecond. */
function flight(count: number): RackSegment[] {
  return Array.from({ length: count }, (_, index) => ({
    sentAtNs: index * nsPerMs,
    endSequence: (index + 1) * 1_000,
    isRetransmitted: false,
    isSacked: false,
    isLost: false,
  }));
}

function deliver(rack: ReturnType<typeof makeRack>, segment: RackSegment, nowNs: number): void {
  segment.isSacked = true;
  noteDelivered(rack, segment, nowNs);
}

const early = { isInRecovery: false, sackedSegments: 1, srttNs: rttNs };

test('a segment is lost a quarter round trip after a later one arrived (RFC 8985 6.2 step 4, 5)', (t) => {
  const rack = makeRack(0);
  const segments = flight(2);
  const nowNs = nsPerMs + rttNs;
  deliver(rack, segments[1]!, nowNs);
  const windowNs = reorderWindowNs(rack, early);
  t.is(windowNs, rttNs / 4);
  const lost: RackSegment[] = [];
  const againNs = detectLoss(rack, segments, nowNs, windowNs, (segment) => lost.push(segment));
  t.deepEqual(lost, []);
  t.is(againNs, rttNs + rttNs / 4);
  t.is(
    detectLoss(rack, segments, againNs, windowNs, (segment) => lost.push(segment)),
    never,
  );
  t.deepEqual(lost, [segments[0]!]);
});

test('with three segments arrived beyond it, it is lost at once (RFC 8985 3.3.1)', (t) => {
  const rack = makeRack(0);
  const segments = flight(4);
  for (const segment of segments.slice(1)) deliver(rack, segment, segment.sentAtNs + rttNs);
  const windowNs = reorderWindowNs(rack, { ...early, sackedSegments: 3 });
  t.is(windowNs, 0);
  const lost: RackSegment[] = [];
  detectLoss(rack, segments, 3 * nsPerMs + rttNs, windowNs, (segment) => lost.push(segment));
  t.deepEqual(lost, [segments[0]!]);
});

test('where reordering was seen three arrivals beyond are no proof (RFC 8985 6.2 step 3, 4)', (t) => {
  const rack = makeRack(0);
  const segments = flight(5);
  deliver(rack, segments[1]!, 50 * nsPerMs);
  deliver(rack, segments[0]!, 51 * nsPerMs);
  t.true(rack.hasReordering);
  t.true(reorderWindowNs(rack, { ...early, sackedSegments: 5 }) > 0);
});

test('a late arrival of what was sent again is no reordering (RFC 8985 6.2 step 3)', (t) => {
  const rack = makeRack(0);
  const segments = flight(2);
  deliver(rack, segments[1]!, 50 * nsPerMs);
  segments[0]!.isRetransmitted = true;
  deliver(rack, segments[0]!, 51 * nsPerMs);
  t.false(rack.hasReordering);
});

test('an ACK that echoes an earlier sending says nothing of the retransmission (RFC 8985 6.2 step 2)', (t) => {
  const rack = makeRack(0);
  const [segment] = flight(1) as [RackSegment];
  segment.isRetransmitted = true;
  segment.sentAtNs = 100 * nsPerMs;
  noteDelivered(rack, segment, 150 * nsPerMs, 0);
  t.is(rack.sentAtNs, Number.NEGATIVE_INFINITY);
  noteDelivered(rack, segment, 150 * nsPerMs, 100 * nsPerMs);
  t.is(rack.sentAtNs, 100 * nsPerMs);
});

test('without an echo, a round trip below the least is an earlier sending (RFC 8985 6.2 step 2)', (t) => {
  const rack = makeRack(0);
  const segments = flight(2);
  deliver(rack, segments[0]!, rttNs);
  segments[1]!.isRetransmitted = true;
  segments[1]!.sentAtNs = rttNs;
  noteDelivered(rack, segments[1]!, rttNs + 1);
  t.is(rack.sentAtNs, 0);
});

test('each round with a D-SACK widens the window, sixteen recoveries narrow it (RFC 8985 6.2 step 4)', (t) => {
  const rack = makeRack(0);
  deliver(rack, flight(1)[0]!, rttNs);
  adaptReorderWindow(rack, { una: 0, next: 5_000, hasDsack: true });
  adaptReorderWindow(rack, { una: 1_000, next: 6_000, hasDsack: true });
  t.is(rack.reorderMultiple, 2);
  adaptReorderWindow(rack, { una: 5_000, next: 9_000, hasDsack: true });
  t.is(rack.reorderMultiple, 3);
  t.is(reorderWindowNs(rack, early), (3 * rttNs) / 4);
  t.is(reorderWindowNs(rack, { ...early, srttNs: 1 }), 1);
  for (let recovery = 0; recovery < 15; recovery++) endRackRecovery(rack);
  t.is(rack.reorderMultiple, 3);
  endRackRecovery(rack);
  t.is(rack.reorderMultiple, 1);
});

test('a time-out loses the first segment and what is overdue, not what has just left (RFC 8985 6.3)', (t) => {
  const rack = makeRack(0);
  const segments = flight(3);
  rack.rttNs = rttNs;
  segments[2]!.sentAtNs = 195 * nsPerMs;
  const lost = segments.map((segment, index) =>
    isLostOnTimeout(rack, segment, index === 0, 200 * nsPerMs, 0),
  );
  t.deepEqual(lost, [true, true, false]);
});

test('sequences compare across the wrap', (t) => {
  const rack = makeRack(0xffff_f000);
  const old = { ...flight(1)[0]!, endSequence: 0xffff_fff0 };
  const young = { ...old, endSequence: 0x10, sentAtNs: old.sentAtNs };
  deliver(rack, young, rttNs);
  t.is(rack.forwardSequence, 0x10);
  const lost: RackSegment[] = [];
  detectLoss(rack, [old, young], rttNs, 0, (segment) => lost.push(segment));
  t.deepEqual(lost, [old]);
});
