import test from 'ava';
import { nsPerSecond } from '../base/time.ts';
import { restoreSession, takeSnapshot } from './snapshot.ts';
import { macOf, TestingSwitch } from './testing-switch.ts';

const mac = macOf(1);

function before(): TestingSwitch {
  const at = new TestingSwitch('mac-based', ['p1']);
  at.entitled.add('alice 239.1.1.1').add('alice 239.1.1.2');
  at.login('p1', mac, 'alice');
  at.join('p1', mac, '239.1.1.1');
  at.report('p1', mac, '239.1.1.2', 'allow', '192.0.2.9');
  at.answerAll();
  at.join('p1', mac, '239.1.1.3');
  return at;
}

/** As it is read from a disk, by a controller that started `seconds` later. */
function after(seconds: number, account: string): TestingSwitch {
  const { sessions } = JSON.parse(JSON.stringify(takeSnapshot(before().state)));
  const at = new TestingSwitch('mac-based', ['p1']);
  at.nowNs = seconds * nsPerSecond;
  at.login('p1', mac, account);
  for (const session of sessions) restoreSession(at.state, at.nowNs, session, at);
  return at;
}

test('a controller that starts again has what the one before it had granted, and asks nobody', (t) => {
  const at = after(30, 'alice');
  t.deepEqual(at.entries, ['p1 239.1.1.1 any', 'p1 239.1.1.2 192.0.2.9']);
  t.deepEqual(at.questions, []);
  t.deepEqual(at.tickets, [], 'accounting was started before');
  at.leave('p1', mac, '239.1.1.1');
  t.like(at.tickets[0], { status: 'stop', seconds: 30, ticket: '02:00:00:00:00:01@p1-1' });
  t.deepEqual(at.entries, ['p1 239.1.1.2 192.0.2.9']);
});

test('who is another account by now has nothing of it', (t) => {
  t.deepEqual(after(30, 'bob').entries, []);
});
