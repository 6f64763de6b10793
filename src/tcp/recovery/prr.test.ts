import test from 'ava';
import { makePrr, notePrrSent, prrAllowance, startPrr } from './prr.ts';

const segmentBytes = 1_000;

/** Sends, segment by segment, what each ACK of one segment allows; the segments sent on each. */
function replay(
  flight: number,
  ssthresh: number,
  lost: number,
  acks: number,
  isSafe: boolean,
): number[] {
  const prr = makePrr();
  startPrr(prr, flight * segmentBytes);
  let pipe = flight - lost;
  return Array.from({ length: acks }, () => {
    pipe -= 1;
    const allowed = prrAllowance(prr, {
      deliveredBytes: segmentBytes,
      pipeBytes: pipe * segmentBytes,
      ssthreshBytes: ssthresh * segmentBytes,
      segmentBytes,
      isSafe,
    });
    const sent = Math.floor(allowed / segmentBytes);
    notePrrSent(prr, sent * segmentBytes);
    pipe += sent;
    return sent;
  });
}

test('a window of 20 that halves sends on every second ACK (RFC 6937 5)', (t) => {
  const sent = replay(20, 10, 1, 19, false);
  const total = sent.reduce((sum, count) => sum + count, 0);
  t.true(total >= 9 && total <= 11, `${sent}`);
  t.true(sent.every((count) => count <= 1));
});

test('a window of which most was lost is built up again, one more an ACK, where that is safe (RFC 6937 3.1)', (t) => {
  t.deepEqual(replay(20, 10, 16, 4, true), [2, 2, 2, 2]);
});

test('where it is not safe, only what was delivered is replaced (RFC 6937 3.1, PRR-CRB)', (t) => {
  t.deepEqual(replay(20, 10, 16, 4, false), [1, 1, 1, 1]);
});

test('what is in flight does not pass ssthresh', (t) => {
  t.deepEqual(replay(12, 4, 8, 6, true), [1, 1, 1, 1, 1, 1]);
});

test('the first retransmission goes out at once', (t) => {
  const prr = makePrr();
  startPrr(prr, 100 * segmentBytes);
  const ack = { deliveredBytes: 0, pipeBytes: 99_000, ssthreshBytes: 50_000, segmentBytes };
  t.is(prrAllowance(prr, { ...ack, isSafe: false }), segmentBytes);
  notePrrSent(prr, segmentBytes);
  t.is(prrAllowance(prr, { ...ack, isSafe: false }), 0);
});
