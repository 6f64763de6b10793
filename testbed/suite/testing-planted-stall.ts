/** A test that stands in a call of the kernel's, from which no thread is fetched. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import test from 'ava';
import koffi from 'koffi';

test('planted: this one is stuck in the kernel', (t) => {
  const sleep = koffi.load('libc.so.6').func('unsigned int sleep(unsigned int seconds)');
  writeFileSync(process.env['ROPEWALK_PLANTED']!, 'is stuck');
  sleep(86_398);
  t.fail();
});
