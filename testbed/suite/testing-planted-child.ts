/** A test that passes, and leaves a process behind that holds its output. */
import { spawn } from 'node:child_process';
import test from 'ava';

test('planted: this one leaves a child behind', (t) => {
  const child = spawn('sleep', ['86399'], { stdio: 'inherit', detached: true });
  child.unref();
  t.true(child.pid !== undefined);
});
