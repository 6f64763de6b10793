import test from 'ava';
import { copyFrame, createFramePool, type Frame, releaseFrame, takeFrame } from './frame.ts';

test('a released frame is taken again instead of a new one', (t) => {
  const pool = createFramePool();
  const frame = takeFrame(pool, 1_514);
  releaseFrame(pool, frame);
  const again = takeFrame(pool, 576);
  t.is(again, frame);
  t.is(again.length, 576);
});

test('without a release every frame is another', (t) => {
  const pool = createFramePool();
  t.not(takeFrame(pool, 60), takeFrame(pool, 60));
});

for (const length of [0, 1, 320, 321, 1_600, 1_601, 9_014, 65_549, 65_600, 65_601, 200_000]) {
  test(`a frame of ${length} bytes has room for them, also when it was used before`, (t) => {
    const pool = createFramePool();
    for (const lengthBefore of [1, 320, 321, 1_600, 1_601, 65_600, 70_000]) {
      releaseFrame(pool, takeFrame(pool, lengthBefore));
    }
    for (let round = 0; round < 6; round++) {
      const frame = takeFrame(pool, length);
      t.is(frame.length, length);
      t.true(frame.bytes.length >= length);
    }
  });
}

test('a small frame never costs a large one', (t) => {
  const pool = createFramePool();
  releaseFrame(pool, takeFrame(pool, 9_014));
  releaseFrame(pool, takeFrame(pool, 1_514));
  t.is(takeFrame(pool, 60).bytes.length, 320);
  t.is(takeFrame(pool, 1_514).bytes.length, 1_600);
});

test('frames that lie side by side in memory share no byte', (t) => {
  const pool = createFramePool();
  const frames = Array.from({ length: 200 }, () => takeFrame(pool, 320));
  for (const [index, { bytes }] of frames.entries()) bytes.fill(index);
  t.true(frames.every(({ bytes }, index) => bytes.every((byte) => byte === index)));
});

test('a pool keeps a bounded number of idle frames', (t) => {
  const pool = createFramePool();
  const frame: Frame = takeFrame(pool, 9_014);
  for (let released = 0; released < 1_000; released++) releaseFrame(pool, { ...frame });
  t.is(pool.large.length, 256);
});

test('a copy has the content and none of the memory', (t) => {
  const pool = createFramePool();
  const frame = takeFrame(pool, 3);
  frame.bytes.set([1, 2, 3]);
  const copy = copyFrame(pool, frame);
  frame.bytes.fill(0);
  t.is(copy.length, 3);
  t.deepEqual([...copy.bytes.subarray(0, 3)], [1, 2, 3]);
});
