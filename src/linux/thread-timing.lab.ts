import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { labTest as test } from './testing-lab.ts';

/** In a thread of its own, so that the others here keep their ways. */
function runInThread(code: string): Promise<unknown> {
  const module = new URL('./thread-timing.ts', import.meta.url).href;
  const source = `
    import { parentPort } from 'node:worker_threads';
    import { readFileSync, readlinkSync } from 'node:fs';
    import { setRealTimePriority, setTimerSlackNs } from '${module}';
    parentPort.postMessage(${code});`;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  new Worker(url).once('message', resolve).once('error', reject);
  return promise;
}

test('the slack of a thread is what it was set to', async (t) => {
  const path = "'/proc/' + readlinkSync('/proc/thread-self').split('/')[2] + '/timerslack_ns'";
  const slack = `[setTimerSlackNs(1_000), readFileSync(${path}, 'utf8')]`;
  t.deepEqual(await runInThread(slack), [true, '1000\n']);
});

test('a thread becomes one that the kernel prefers, and its process does not', async (t) => {
  const policyOf = (stat: string) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
  const stat = "[setRealTimePriority(1), readFileSync('/proc/thread-self/stat', 'utf8')]";
  const [done, told] = (await runInThread(stat)) as [boolean, string];
  t.true(done);
  t.is(policyOf(told), 2);
  t.is(policyOf(readFileSync('/proc/self/stat', 'utf8')), 0);
});
