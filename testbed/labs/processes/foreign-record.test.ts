import test from 'ava';
import { readForeignRecord } from './foreign-record.ts';

const read = (line: string) => readForeignRecord(line, 'phone', 500);

test('a record is of its node, and of now unless it says when', (t) => {
  const sent = { kind: 'datagram.sent', flow: 'call', n: 1, bytes: 100 };
  t.deepEqual(read(JSON.stringify(sent)), { tNs: 500, node: 'phone', ...sent });
  t.deepEqual(read(JSON.stringify({ ...sent, tNs: 400, node: 'server' })), {
    ...{ tNs: 400, node: 'phone' },
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
