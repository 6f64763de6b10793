import test from 'ava';
import { readForeignRecord } from './foreign-record.ts';

const read = (line: string) => readForeignRecord(line, { id: 'call', node: 'phone' }, 500);

test('a record is of its program and node, and of now unless it says when', (t) => {
  const its = { node: 'phone', program: 'call' };
  const sent = { kind: 'datagram.sent', flow: 'call', n: 1, bytes: 100 };
  t.deepEqual(read(JSON.stringify(sent)), { tNs: 500, ...its, ...sent });
  t.deepEqual(read(JSON.stringify({ ...sent, tNs: 400, node: 'server', program: 'other' })), {
    ...{ tNs: 400, ...its },
    ...sent,
  });
});

test('what is no record is passed over', (t) => {
  for (const line of ['', 'listening on 80', '[1]', '{}', '{"kind":7}', '{"kind":"a.b","x":{}}']) {
    t.is(read(line), undefined, line);
  }
});

test('what only the lab can know is not taken from a program', (t) => {
  for (const kind of [
    'program.finished',
    'event.began',
    'run.ended',
    'link.counters',
    'packets.received',
  ]) {
    t.is(read(JSON.stringify({ kind })), undefined, kind);
  }
});
