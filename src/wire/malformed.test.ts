import test from 'ava';
import { isMalformed, malformed } from './malformed.ts';

test('a reason is told apart from a packet', (t) => {
  t.true(isMalformed(malformed('too short')));
  t.false(isMalformed({ sourcePort: 1 }));
});
