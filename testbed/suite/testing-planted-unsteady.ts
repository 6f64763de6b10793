/** A test that passes when it is asked a second time, as one does that something else disturbed. */
import { existsSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import test from 'ava';

test('planted: this one fails once', (t) => {
  const path = process.env['ROPEWALK_PLANTED']!;
  const isSecond = existsSync(path);
  writeFileSync(path, '');
  t.true(isSecond);
});
