import { setImmediate as turnEnd } from 'node:timers/promises';
import test from 'ava';
import { RecordLines } from './record-lines.ts';

function listening() {
  const written: string[] = [];
  return { written, records: new RecordLines('stack', { write: (text) => written.push(text) }) };
}

test('records of one turn are written together, after it, in their order and with their own times', async (t) => {
  const { written, records } = listening();
  records.record('links.found', { order: 1 });
  records.record('links.source-changed', { order: 1 });
  t.deepEqual(written, []);
  await turnEnd();
  t.is(written.length, 1);
  const lines = written[0]!
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.like(lines, [
    { side: 'stack', kind: 'links.found', order: 1 },
    { side: 'stack', kind: 'links.source-changed', order: 1 },
  ]);
  t.true(lines[0].tNs < lines[1].tNs);
});

test('the next turn writes anew, and who leaves writes at once', async (t) => {
  const { written, records } = listening();
  records.record('links.found', { order: 1 });
  await turnEnd();
  records.record('links.found', { order: 2 });
  records.flush();
  t.is(written.length, 2);
  await turnEnd();
  t.is(written.length, 2, 'nothing twice');
});
