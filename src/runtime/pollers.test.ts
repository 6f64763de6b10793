import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { Pollers } from './pollers.ts';

/** A clock that goes on by a microsecond with each look, and by more where the processor was another's. */
function pollersAt({ pollNs = 2 * nsPerMs } = {}) {
  const clock = { nowNs: nsPerSecond, awayNs: 0 };
  const pollers = new Pollers(pollNs, () => {
    clock.nowNs += 1_000 + clock.awayNs;
    clock.awayNs = 0;
    return clock.nowNs;
  });
  return { pollers, clock };
}

function preempt({ pollers, clock }: ReturnType<typeof pollersAt>): void {
  let isFirst = true;
  const poller = pollers.add(() => {
    if (isFirst) clock.awayNs = 3 * nsPerMs;
    isFirst = false;
    return false;
  });
  pollers.begin();
  pollers.spin();
  poller.close();
}

/** How long no polling may begin from now on. */
function pauseOf({ pollers, clock }: ReturnType<typeof pollersAt>): number {
  const fromNs = clock.nowNs;
  const poller = pollers.add(() => false);
  while (!pollers.mayBegin) clock.nowNs += nsPerMs;
  poller.close();
  return clock.nowNs - fromNs;
}

test('it is asked until something comes, for a slice at most', (t) => {
  const { pollers, clock } = pollersAt();
  let asked = 0;
  pollers.add(() => ++asked === 20);
  pollers.begin();
  pollers.spin();
  t.is(asked, 20);
  const fromNs = clock.nowNs;
  pollers.spin();
  t.true(clock.nowNs - fromNs >= 100_000 && clock.nowNs - fromNs < 110_000);
});

test('so long after the last thing that came it goes on, and no longer', (t) => {
  const { pollers, clock } = pollersAt();
  pollers.add(() => false);
  pollers.begin();
  t.true(pollers.mayGoOn(clock.nowNs + 1.9 * nsPerMs));
  t.false(pollers.mayGoOn(clock.nowNs + 2.1 * nsPerMs));
});

test('who does not poll never begins', (t) => {
  const { pollers } = pollersAt({ pollNs: 0 });
  pollers.add(() => true);
  t.false(pollers.mayBegin);
});

test('a thread whose processor was taken lets it be for a tenth of a second', (t) => {
  const one = pollersAt();
  preempt(one);
  t.false(one.pollers.mayGoOn(one.clock.nowNs));
  const pauseNs = pauseOf(one);
  t.true(pauseNs > 95 * nsPerMs && pauseNs < 105 * nsPerMs, `${pauseNs}`);
});

test('where it is taken again and again the pauses double, up to 3.2 s', (t) => {
  const one = pollersAt();
  const pausesMs = [100, 200, 400, 800, 1_600, 3_200, 3_200].map((expectedMs) => {
    preempt(one);
    return Math.abs(pauseOf(one) / nsPerMs - expectedMs) < 5;
  });
  t.deepEqual(pausesMs, Array(7).fill(true));
});

test('a processor that was ours for a while is as good as new', (t) => {
  const one = pollersAt();
  for (let time = 0; time < 3; time++) {
    preempt(one);
    pauseOf(one);
  }
  one.clock.nowNs += nsPerSecond;
  preempt(one);
  t.true(pauseOf(one) < 105 * nsPerMs);
});
