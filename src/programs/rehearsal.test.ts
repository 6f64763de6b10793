import test from 'ava';
import { rehearse } from './rehearsal.ts';

test('in a rehearsal each packet arrives, and so does its echo: what is compiled is what carries them', (t) => {
  t.is(rehearse(3, undefined), 3 * 2 * 40);
});
