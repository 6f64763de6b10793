import test from 'ava';
import { nsPerSecond } from '../base/time.ts';
import { createIdleTimer, idlePauseOf, noteForgotten, noteOutlived } from './idle-timer.ts';

/** What a path on whose way a box forgets after so long makes of it. */
function tryOut(boxSeconds: number, tries: number): { paused: number[]; deaths: number } {
  const timer = createIdleTimer();
  const paused: number[] = [];
  let deaths = 0;
  for (let n = 0; n < tries; n++) {
    const pauseNs = idlePauseOf(timer);
    paused.push(pauseNs / nsPerSecond);
    if (pauseNs < boxSeconds * nsPerSecond) noteOutlived(timer, pauseNs);
    else {
      noteForgotten(timer, pauseNs);
      deaths += 1;
    }
  }
  return { paused, deaths };
}

for (const seconds of [20, 30, 65, 120, 180, 290]) {
  test(`a box that forgets after ${seconds} s is spoken to up to 10 s sooner, and loses a path a few times`, (t) => {
    const { paused, deaths } = tryOut(seconds, 30);
    const last = paused.at(-1)!;
    t.true(last < seconds && last >= seconds - 10, String(last));
    t.true(deaths <= 5, String(deaths));
  });
}

test('who never forgets is spoken to every five minutes', (t) => {
  t.deepEqual(tryOut(1e6, 7).paused, [15, 30, 60, 120, 240, 300, 300]);
});

test('a box that has become less patient is found out anew', (t) => {
  const timer = createIdleTimer();
  noteOutlived(timer, 120 * nsPerSecond);
  noteForgotten(timer, 120 * nsPerSecond);
  t.true(idlePauseOf(timer) <= 60 * nsPerSecond);
});
