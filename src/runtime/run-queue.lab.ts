import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../linux/testing-lab.ts';

const work = `
import { readRunQueue } from ${JSON.stringify(new URL('./run-queue.ts', import.meta.url))};
const before = readRunQueue();
let sum = 0;
for (let at = 0; at < 2e7; at++) sum += at % 7;
console.log(JSON.stringify({ sum, before, after: readRunQueue() }));
`;

/** In a process of its own: tests run in other threads than the first. */
test('a process that works has run for longer than before', async (t) => {
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', work]);
  const { before, after } = JSON.parse(stdout);
  t.true(after.ranNs > before.ranNs);
  t.true(after.waitedNs >= before.waitedNs);
});
