/** A test that never ends. It stands for one that waits for what does not come. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import test from 'ava';

test('planted: this one waits for ever', async (t) => {
  setInterval(() => {}, 1_000);
  writeFileSync(process.env['ROPEWALK_PLANTED']!, 'waits');
  await new Promise(() => {});
  t.fail();
});
