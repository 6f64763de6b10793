import test from 'ava';
import { evaluateFact } from '../plan/facts.ts';
import { checkExpression } from './check-expression.ts';
import { parse, plan, scenarioWith } from './testing-samples.ts';
import { createVocabulary } from './vocabulary.ts';

const places = ['phone', 'home', 'gateway', 'wifi', 'lte', 'wan'];

function check(text: string, isCondition = false, variants = ['ours', 'kernel']): string[] {
  const problems = checkExpression(parse(text), {
    vocabulary: createVocabulary(scenarioWith(), variants, isCondition),
    factOf: (call) => evaluateFact(plan, call),
    isPlace: (name) => places.includes(name),
  });
  return problems.map(({ code, message, hint, span }) =>
    [code, message, hint ?? '', text.slice(span.start, span.end)].join(' | '),
  );
}

const good = [
  'gap <= 110 ms',
  'gap <= 2 * rtt(phone, gateway via wifi) + queueing(wifi) + owd(gateway, phone via lte) + 50 ms',
  'download.lost == 0',
  'goodput <= capacity(wifi toward phone) + capacity(lte toward phone)',
  'gap <= 0.5 * kernel.gap',
  'ours.download.bytes == kernel.download.bytes',
  'gap / kernel.gap <= 50 %',
  'gap == 0 and 0 <= goodput',
  'never(gap) or gap <= 1 s',
  'not never(kernel.gap)',
  'download.bytes <= goodput * download.duration + 1 KiB',
  'download.bytes / download.duration >= 1 Mbit/s',
  'download.bytes / goodput < 10 s',
  'gap <= max(rtt(wifi), rtt(lte), 10 ms)',
  'gap.before <= 10 ms',
  'ping.timed-out == 0',
  'gap <= transmission(wifi toward phone, 2 * 600 B)',
  '-gap < 0',
  'gap <= 10 ms + real-time(2 ms)',
];

for (const text of good) {
  test(`makes sense: ${text}`, (t) => {
    t.deepEqual(check(text), []);
  });
}

const bad: readonly (readonly [text: string, ...problems: string[]])[] = [
  // What real time may take.
  [
    'gap <= 1 s + real-time(gap)',
    'wrong-arguments | real-time takes one time | write real-time(2 ms) | real-time(gap)',
  ],
  [
    'gap <= 1 s + real-time(1 Mbit/s)',
    'wrong-arguments | real-time takes one time | write real-time(2 ms) | real-time(1 Mbit/s)',
  ],
  [
    'gap <= 1 s + real-time(1 ms, 2 ms)',
    'wrong-arguments | real-time takes one time | write real-time(2 ms) | real-time(1 ms, 2 ms)',
  ],
  // Dimensions.
  [
    'gap + goodput <= 1 s',
    'mixed-dimensions | cannot add a time and a rate | a rate * a time is a size | gap + goodput',
  ],
  [
    'gap - goodput <= 1 s',
    'mixed-dimensions | cannot subtract a rate from a time | a rate * a time is a size | gap - goodput',
  ],
  [
    'gap <= goodput',
    'mixed-dimensions | cannot compare a time with a rate | a rate * a time is a size | gap <= goodput',
  ],
  [
    'gap * gap <= 1 s',
    'mixed-dimensions | cannot multiply a time by a time | a rate * a time is a size; a size / a time is a rate, a size / a rate a time | gap * gap',
  ],
  [
    '1 / gap <= 1 s',
    'mixed-dimensions | cannot divide a plain number by a time | a rate * a time is a size; a size / a time is a rate, a size / a rate a time | 1 / gap',
  ],
  [
    'download.bytes >= goodput',
    'mixed-dimensions | cannot compare a size with a rate | a size / a rate is a time | download.bytes >= goodput',
  ],
  [
    'loss <= gap',
    'mixed-dimensions | cannot compare a plain number with a time | give the plain number a unit, or divide by a time first | loss <= gap',
  ],
  [
    'max(gap, goodput) <= 1 s',
    'mixed-dimensions | cannot compare a time with a rate | a rate * a time is a size | max(gap, goodput)',
  ],
  // A unit that was forgotten.
  [
    'gap <= 110',
    'missing-unit | 110 has no unit, and stands beside a time | did you mean "110 ms"? | 110',
  ],
  [
    'gap + 5 <= 1 s',
    'missing-unit | 5 has no unit, and stands beside a time | did you mean "5 ms"? | 5',
  ],
  [
    '50 <= goodput',
    'missing-unit | 50 has no unit, and stands beside a rate | did you mean "50 Mbit/s"? | 50',
  ],
  [
    'download.bytes == 4',
    'missing-unit | 4 has no unit, and stands beside a size | did you mean "4 B"? | 4',
  ],
  [
    'gap <= min(5, 1 s)',
    'missing-unit | 5 has no unit, and stands beside a time | did you mean "5 ms"? | 5',
  ],
  // What is and what is not a condition.
  [
    'gap + 5 ms',
    'not-a-truth | this is a time, which neither holds nor is broken | compare it with something: <=, >=, == | gap + 5 ms',
  ],
  [
    'gap and loss == 0',
    'not-a-truth | this is a time, where a condition is expected | compare it with something: <=, >=, == | gap',
  ],
  [
    'not gap',
    'not-a-truth | this is a time, where a condition is expected | compare it with something: <=, >=, == | gap',
  ],
  [
    '(gap < 1 s) + 1 <= 2',
    'not-a-quantity | this holds or not, where a quantity is expected | join conditions with "and" or "or" | (gap < 1 s)',
  ],
  ['gap / 0 <= 1 s', 'zero-divisor | nothing can be divided by 0 |  | 0'],
  // Names.
  ['gpa <= 1 s', 'unknown-name | there is nothing called gpa | did you mean gap? | gpa'],
  [
    'download.los == 0',
    'unknown-name | a traffic has no property los | did you mean download.lost? | download.los',
  ],
  [
    'download == 0',
    'unknown-name | download is a traffic, not a value | it has download.sent, download.received, download.lost, download.doubled, download.reordered, download.corrupt, download.bytes, download.retransmitted, download.duration, download.goodput | download',
  ],
  [
    'ping.reordered == 0',
    'unknown-name | ping is request-response: it has no reordered | it has ping.sent, ping.received, ping.lost, ping.corrupt, ping.bytes, ping.retransmitted, ping.duration, ping.goodput, ping.answered, ping.timed-out | ping.reordered',
  ],
  [
    'gap <= kernel',
    'unknown-name | kernel is a variant, not a value | write one of its values: kernel.gap | kernel',
  ],
  [
    'gap <= kernal.gap',
    'unknown-name | there is nothing called kernal.gap | did you mean kernel.gap? | kernal.gap',
  ],
  [
    'gap <= wifi',
    'unknown-name | wifi is a link, not a value | ask for a fact of it: rtt(wifi) or queueing(wifi) | wifi',
  ],
  [
    'gap <= phone',
    'unknown-name | phone is a node, not a value | ask for a fact of it: rtt(phone, home) or rtt(phone, gateway) | phone',
  ],
  [
    'gap <= rtt',
    'unknown-name | rtt is asked of a place | write rtt(link) or rtt(a, b via link) | rtt',
  ],
  // Calls.
  [
    'gap <= maximum(gap, gap)',
    'unknown-function | there is no function maximum | there is rtt, owd, delay, rate, capacity, queueing, bdp, cubic, transmission, min, max, never, real-time | maximum',
  ],
  ['gap <= rttt(wifi)', 'unknown-function | there is no function rttt | did you mean rtt? | rttt'],
  [
    'gap <= max(gap)',
    'wrong-arguments | max takes two values or more | write max(a, b) | max(gap)',
  ],
  [
    'gap <= max(gap, wifi toward phone)',
    'wrong-arguments | max takes values, not places | write max(a, b) | wifi toward phone',
  ],
  [
    'never(gap + 1 ms)',
    'wrong-arguments | never takes the name of one value | write never(measure) | never(gap + 1 ms)',
  ],
  // Facts, which the plan answers.
  ['gap <= rtt(wfi)', 'bad-fact | there is no link wfi | did you mean wifi? | wfi'],
  [
    'gap <= rtt(phone, gatway via wifi)',
    'bad-fact | there is no node gatway | did you mean gateway? | gatway',
  ],
  [
    'gap <= owd(phone, gateway via wlan)',
    'bad-fact | there is no link wlan | did you mean wan? | gateway via wlan',
  ],
  [
    'goodput <= rate(wan toward home)',
    'bad-fact | the rate of wan toward home is unlimited | give wan a rate, such as 50 Mbit/s | rate(wan toward home)',
  ],
  [
    'gap <= bdp(wifi) / rate(wifi) + rtt(wifi toward phone)',
    'wrong-arguments | rtt does not take these arguments | write rtt(link) or rtt(a, b via link) | rtt(wifi toward phone)',
  ],
  [
    'gap <= transmission(wifi, 0 B + download.bytes)',
    'wrong-arguments | a fact is told before the run: transmission takes nothing that is measured | write transmission(link toward node, size) | 0 B + download.bytes',
  ],
  // All at once, from the left to the right.
  [
    'gpa <= 5 ms and goodput >= 7',
    'unknown-name | there is nothing called gpa | did you mean gap? | gpa',
    'missing-unit | 7 has no unit, and stands beside a rate | did you mean "7 Mbit/s"? | 7',
  ],
];

for (const [text, ...problems] of bad) {
  test(`makes no sense: ${text}`, (t) => {
    t.deepEqual(check(text), problems);
  });
}

test('0 needs no unit beside anything, and no other number goes without', (t) => {
  for (const value of ['gap', 'goodput', 'download.bytes']) {
    t.deepEqual(check(`${value} > 0`), []);
    t.is(check(`${value} > 1`).length, 1);
  }
});

test('a file without variants has no variant to name', (t) => {
  t.deepEqual(check('gap <= default.gap', false, ['default']), [
    'unknown-name | there is nothing called default.gap | there is gap, gap.before, goodput, loss, download.sent, download.received, download.lost, download.doubled and 16 more | default.gap',
  ]);
});

const conditions: readonly (readonly [text: string, ...problems: string[]])[] = [
  ['download.bytes >= 8 MiB'],
  ['download.received > 100 and ping.answered >= 3'],
  [
    'download.lost == 0',
    'not-live | download.lost is known only after the run | an event can wait for download.sent, download.received, download.bytes, ping.sent, ping.received, ping.bytes, ping.answered | download.lost',
  ],
  [
    'gap > 1 s',
    'not-live | gap is known only after the run | an event can wait for download.sent, download.received, download.bytes, ping.sent, ping.received, ping.bytes, ping.answered | gap',
  ],
  [
    'download.bytes >= bdp(wifi)',
    'not-live | bdp cannot be asked while the run goes on | wait for what a traffic did, such as download.bytes >= 8 MiB | bdp(wifi)',
  ],
  [
    'never(download.bytes)',
    'not-live | never cannot be asked while the run goes on | wait for what a traffic did, such as download.bytes >= 8 MiB | never(download.bytes)',
  ],
  [
    'download.byte >= 1 KiB',
    'unknown-name | a traffic has no property byte | did you mean download.bytes? | download.byte',
  ],
  [
    'download.bytes >= 8',
    'missing-unit | 8 has no unit, and stands beside a size | did you mean "8 B"? | 8',
  ],
];

for (const [text, ...problems] of conditions) {
  test(`as the condition of an event: ${text}`, (t) => {
    t.deepEqual(check(text, true), problems);
  });
}
