import test from 'ava';
import type { AckFacts } from './controller.ts';
import { couple, coupled, linkedIncrease } from './coupled.ts';
import { newReno } from './new-reno.ts';

const mssBytes = 1_000;
const nsPerMs = 1_000_000;
const path = { mssBytes, rttNs: 10 * nsPerMs };

function ackOf(ackedBytes: number): AckFacts {
  return {
    ackedBytes,
    newlyDeliveredBytes: ackedBytes,
    deliveredBytes: 0,
    priorDeliveredBytes: 0,
    lossBytes: 0,
    rttNs: path.rttNs,
    deliveryRateBps: 0,
    isAppLimited: false,
    isWindowLimited: true,
    inflightBytes: 0,
    priorInflightBytes: 0,
    isEcnMarked: false,
    phase: 'open',
    acknowledged: 0,
    nextSequence: 0,
  };
}

/** Of a window of 100 segments past slow start, after a whole window was acknowledged. */
function grownBy(increase: number): number {
  const state = coupled.create(0, path);
  state.cwndBytes = 100 * mssBytes;
  state.ssthreshBytes = state.cwndBytes;
  couple([state], increase);
  const before = state.cwndBytes;
  for (let each = 0; each < 100; each++) coupled.onAck(state, 0, ackOf(mssBytes));
  return state.cwndBytes - before;
}

test('alone it grows as NewReno: a segment for each window', (t) => {
  const alone = linkedIncrease([{ cwndBytes: 100 * mssBytes, rttNs: path.rttNs }]);
  t.true(Math.abs(grownBy(alone) - mssBytes) < 0.02 * mssBytes);
  const reno = newReno.create(0, path);
  reno.cwndBytes = 100 * mssBytes;
  reno.ssthreshBytes = reno.cwndBytes;
  for (let each = 0; each < 100; each++) newReno.onAck(reno, 0, ackOf(mssBytes));
  t.is(reno.cwndBytes, 101 * mssBytes);
});

test('two equal flows together grow as one would (RFC 6356 3)', (t) => {
  const flow = { cwndBytes: 100 * mssBytes, rttNs: path.rttNs };
  const each = grownBy(linkedIncrease([flow, flow]));
  // alpha = 200 x 100 / 200^2 = 1/2 of the total's one segment, for half of the ACKs: a quarter each.
  t.true(Math.abs(each - mssBytes / 4) < 0.01 * mssBytes, `${each}`);
});

test('no flow grows faster than it would alone', (t) => {
  t.true(grownBy(1) <= mssBytes);
});

test('in slow start and after a loss it is NewReno', (t) => {
  const linked = coupled.create(0, path);
  const reno = newReno.create(0, path);
  const event = {
    cause: 'loss',
    inflightBytes: 50_000,
    lossBytes: 1_000,
    deliveredBytes: 0,
  } as const;
  for (const ackedBytes of [1_000, 2_000, 3_000]) {
    coupled.onAck(linked, 0, ackOf(ackedBytes));
    newReno.onAck(reno, 0, ackOf(ackedBytes));
  }
  coupled.onCongestion(linked, 0, event);
  newReno.onCongestion(reno, 0, event);
  coupled.onRecovered(linked, 0, 0);
  newReno.onRecovered(reno, 0, 0);
  t.is(linked.cwndBytes, reno.cwndBytes);
  t.is(linked.ssthreshBytes, reno.ssthreshBytes);
});
