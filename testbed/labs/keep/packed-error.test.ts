import test from 'ava';
import { FaultError, InputError, UnsupportedError } from '../../../src/base/errors.ts';
import { packError, unpackError } from './packed-error.ts';

const parts = { code: 'some-code', message: 'it is so', hint: 'type this' };

for (const Class of [InputError, UnsupportedError, FaultError]) {
  test(`${Class.name} is one at the other end too, with its code and hint`, (t) => {
    const arrived = unpackError(structuredClone(packError(new Class(parts))));
    t.true(arrived instanceof Class);
    t.like(arrived, parts);
  });
}

test('what is thrown without a code is a fault of ours, with where it came from', (t) => {
  const arrived = unpackError(packError(new TypeError('x is undefined')));
  t.true(arrived instanceof FaultError);
  t.is(arrived.code, 'keeper-failed');
  t.regex(arrived.message, /^TypeError: x is undefined\n {4}at /);
});
