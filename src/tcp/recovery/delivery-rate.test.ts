import test from 'ava';
import { nsPerMs } from '../../base/time.ts';
import {
  beginRateSample,
  countDelivered,
  finishRateSample,
  makeDelivery,
  makeRateSample,
  makeStamp,
  noteAppLimited,
  stampSent,
} from './delivery-rate.ts';

const bytes = 1_250;
const rttNs = 20 * nsPerMs;

/** One segment each millisecond goes out (10 Mbit/s) and is acknowledged a round trip later, in groups. */
function replay(segments: number, ackEvery: number): number[] {
  const state = makeDelivery();
  const sample = makeRateSample();
  const stamps = Array.from({ length: segments }, makeStamp);
  const rates: number[] = [];
  let acked = 0;
  for (let ms = 0; ms < segments + rttNs / nsPerMs; ms++) {
    const nowNs = ms * nsPerMs;
    const ackable = ms - rttNs / nsPerMs + 1;
    if (ackable > 0 && ackable % ackEvery === 0 && ackable <= segments) {
      beginRateSample(sample);
      while (acked < ackable) countDelivered(state, sample, stamps[acked++]!, bytes, nowNs);
      finishRateSample(state, sample, rttNs);
      rates.push(sample.rateBps);
    }
    const out = Math.min(ms, segments) - acked;
    if (ms < segments) stampSent(state, stamps[ms]!, out * bytes, nowNs);
  }
  return rates;
}

test('a steady stream is sampled at its rate', (t) => {
  const rates = replay(200, 1).slice(40);
  t.true(rates.every((rate) => Math.abs(rate - 10_000_000) < 500_000, `${rates.slice(0, 5)}`));
});

test('acknowledgements in bursts do not raise the rate (the longer of send and ACK time counts)', (t) => {
  const rates = replay(200, 10).slice(6);
  t.true(rates.every((rate) => rate <= 10_500_000, `${rates.slice(0, 5)}`));
});

test('a second acknowledgement of the same segment counts nothing', (t) => {
  const state = makeDelivery();
  const sample = makeRateSample();
  const stamp = makeStamp();
  stampSent(state, stamp, 0, 0);
  beginRateSample(sample);
  countDelivered(state, sample, stamp, bytes, rttNs);
  countDelivered(state, sample, stamp, bytes, rttNs);
  t.is(state.deliveredBytes, bytes);
});

test('an interval below the least round trip gives no rate', (t) => {
  const state = makeDelivery();
  const sample = makeRateSample();
  const stamp = makeStamp();
  stampSent(state, stamp, 0, 0);
  beginRateSample(sample);
  countDelivered(state, sample, stamp, bytes, rttNs);
  finishRateSample(state, sample, rttNs + 1);
  t.is(sample.rateBps, 0);
});

test('samples are of the application until what was out when it ran dry is delivered', (t) => {
  const state = makeDelivery();
  const sample = makeRateSample();
  noteAppLimited(state, bytes);
  const seen: boolean[] = [];
  for (let round = 0; round < 3; round++) {
    const stamp = makeStamp();
    stampSent(state, stamp, 0, round * rttNs);
    beginRateSample(sample);
    countDelivered(state, sample, stamp, bytes, (round + 1) * rttNs);
    finishRateSample(state, sample, rttNs);
    seen.push(sample.isAppLimited);
  }
  t.deepEqual(seen, [true, true, false]);
});
