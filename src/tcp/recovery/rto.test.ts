import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../base/property-runs.conformance.ts';
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import {
  backOff,
  currentRtoNs,
  endBackoff,
  expectedSamples,
  largestRtoNs,
  leastMarginNs,
  makeRto,
  sampleRtt,
  startDataAfterHandshake,
} from './rto.ts';

test('before a sample the timer runs a second (RFC 6298 2.1)', (t) => {
  t.is(currentRtoNs(makeRto()), nsPerSecond);
});

test('the first sample makes RTO three times the round trip (RFC 6298 2.2)', (t) => {
  const rto = makeRto();
  sampleRtt(rto, 300 * nsPerMs);
  t.is(rto.srttNs, 300 * nsPerMs);
  t.is(rto.rttVariationNs, 150 * nsPerMs);
  t.is(currentRtoNs(rto), 900 * nsPerMs);
});

test('later samples weigh an eighth and a quarter (RFC 6298 2.3)', (t) => {
  const rto = makeRto();
  sampleRtt(rto, 400 * nsPerMs);
  sampleRtt(rto, 800 * nsPerMs);
  t.is(rto.srttNs, 450 * nsPerMs);
  t.is(rto.rttVariationNs, 250 * nsPerMs);
  t.is(currentRtoNs(rto), 1_450 * nsPerMs);
});

test('a steady round trip leaves room for a queue that fills: 200 ms above it', (t) => {
  const rto = makeRto();
  for (let sample = 0; sample < 100; sample++) sampleRtt(rto, 10 * nsPerMs);
  t.is(currentRtoNs(rto), 210 * nsPerMs);
});

test('each expiry doubles it up to the bound, an ACK of new data ends that (RFC 6298 5.5, 2.5, 5.3)', (t) => {
  const rto = makeRto();
  const seen: number[] = [];
  for (let expiry = 0; expiry < 9; expiry++) {
    seen.push(currentRtoNs(rto) / nsPerSecond);
    backOff(rto);
  }
  t.deepEqual(seen, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
  endBackoff(rto);
  t.is(currentRtoNs(rto), nsPerSecond);
});

test('a SYN that was repeated makes data start at three seconds (RFC 6298 5.7)', (t) => {
  const rto = makeRto();
  backOff(rto);
  startDataAfterHandshake(rto, 1);
  t.is(currentRtoNs(rto), 3 * nsPerSecond);
  const clean = makeRto();
  startDataAfterHandshake(clean, 0);
  t.is(currentRtoNs(clean), nsPerSecond);
});

test('however steady the round trip, a delayed acknowledgement has time to come', (t) => {
  const rto = makeRto();
  for (let sample = 0; sample < 100; sample++) sampleRtt(rto, 200 * nsPerMs);
  t.is(currentRtoNs(rto), 400 * nsPerMs);
});

test('many samples a round weigh together as one does (RFC 7323 G)', (t) => {
  t.is(expectedSamples(20_000, 1_000), 10);
  t.is(expectedSamples(500, 1_000), 1);
  const one = makeRto();
  const ten = makeRto();
  for (const rto of [one, ten]) sampleRtt(rto, 100 * nsPerMs);
  sampleRtt(one, 200 * nsPerMs);
  for (let sample = 0; sample < 10; sample++) sampleRtt(ten, 200 * nsPerMs, 10);
  t.true(Math.abs(one.srttNs - ten.srttNs) < nsPerMs);
});

test('whatever was sampled, the timer stays within its bounds and above the smoothed round trip', (t) => {
  const held = fc.property(
    fc.array(fc.integer({ min: 0, max: 200 * nsPerSecond }), { minLength: 1, maxLength: 50 }),
    (samples) => {
      const rto = makeRto();
      for (const rttNs of samples) sampleRtt(rto, rttNs);
      const rtoNs = currentRtoNs(rto);
      t.true(rtoNs >= leastMarginNs && rtoNs <= largestRtoNs);
      t.true(rtoNs >= Math.min(rto.srttNs, largestRtoNs));
    },
  );
  fc.assert(held, propertyRuns(200));
});
