import test from 'ava';
import { readTelling, tellingModules } from './server-telling.ts';

test('an answer says whether, to whom and about which group', (t) => {
  t.deepEqual(readTelling('answered|access-accept|alice|239.1.1.1'), {
    kind: 'answered',
    answer: 'access-accept',
    account: 'alice',
    group: '239.1.1.1',
  });
  t.deepEqual(readTelling('answered|access-reject|bob|'), {
    kind: 'answered',
    answer: 'access-reject',
    account: 'bob',
    group: '',
  });
});

test('a ticket says what happened, of whom, of which group, and for how long', (t) => {
  const ticket = { kind: 'accounted', account: 'alice', group: 'ff15::1' } as const;
  const read = (status: string) => readTelling(`accounted|${status}|alice|ff15::1|7`);
  t.deepEqual(read('Start'), { ...ticket, status: 'start', seconds: 7 });
  t.deepEqual(read('Stop'), { ...ticket, status: 'stop', seconds: 7 });
  t.deepEqual(read('Interim-Update'), { ...ticket, status: 'interim', seconds: 7 });
});

test('what is neither is not read as one of them', (t) => {
  t.is(readTelling('answered|maybe|alice|'), undefined);
  t.is(readTelling('Info: Ready to process requests'), undefined);
});

test('a server that nobody listens to tells nothing', (t) => {
  t.is(tellingModules({}), '');
  t.true(tellingModules({ telling: '/run/told' }).includes('filename = /run/told'));
});
