import test from 'ava';
import { FaultError, InputError, RopewalkError, UnsupportedError } from './errors.ts';

const place = { file: 'a.yaml', line: 3, column: 9, text: '  rate: 5', width: 1 };

for (const Family of [InputError, UnsupportedError, FaultError]) {
  test(`${Family.name} carries its code, its hint and its place`, (t) => {
    const parts = {
      code: 'no-unit',
      message: 'rate: 5 has no unit',
      hint: 'write 5 Mbit/s',
      place,
    };
    const error = new Family({ ...parts, cause: 'x' });
    t.true(error instanceof RopewalkError);
    t.is(error.name, Family.name);
    t.like(error, { ...parts, cause: 'x' });
  });
}

test('an error without a cause has none', (t) => {
  t.false('cause' in new InputError({ code: 'a', message: 'b' }));
});
