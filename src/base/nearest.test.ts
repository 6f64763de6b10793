import test from 'ava';
import { nearestWord } from './nearest.ts';

const known = ['delay', 'jitter', 'opened-by', 'rate', 'queue', 's', 'ms'];

const cases: readonly (readonly [string, string | undefined])[] = [
  ['dealy', 'delay'],
  ['delays', 'delay'],
  ['Delay', 'delay'],
  ['opened_by', 'opened-by'],
  ['quue', 'queue'],
  ['bandwidth', undefined],
  ['MS', 'ms'],
  ['xs', undefined],
  ['', undefined],
];

for (const [word, expected] of cases) {
  test(`the nearest word to "${word}" is ${expected ?? 'none'}`, (t) => {
    t.is(nearestWord(word, known), expected);
  });
}

test('a word is not suggested in place of itself', (t) => {
  t.is(nearestWord('rate', ['rate']), undefined);
});

test('of equally near words the first is suggested', (t) => {
  t.is(nearestWord('cat', ['bat', 'rat']), 'bat');
});
