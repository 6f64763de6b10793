import test from 'ava';
import { readSpan } from './sweep-span.ts';

const cases: readonly [string, number, readonly string[]][] = [
  ['links.lte.delay=10ms..50ms', 5, ['10 ms', '20 ms', '30 ms', '40 ms', '50 ms']],
  ['links.lte.delay=10 ms..50 ms', 2, ['10 ms', '50 ms']],
  ['links.lte.loss=0..2%', 3, ['0 %', '1 %', '2 %']],
  ['traffic.feed.count=1..4', 4, ['1', '2', '3', '4']],
  ['links.lte.rate=5Mbit/s,20Mbit/s', 9, ['5Mbit/s', '20Mbit/s']],
];

for (const [text, steps, values] of cases) {
  test(`${text} in ${steps} steps`, (t) => {
    t.deepEqual(readSpan(text, steps).values, values);
  });
}

test('two units, or no values, are refused with an example', (t) => {
  for (const text of ['links.lte.delay', 'links.lte.delay=1s..50ms']) {
    t.throws(() => readSpan(text, 4), { message: /is no parameter with values/ });
  }
});
