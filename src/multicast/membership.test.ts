import test from 'ava';
import { nsPerSecond } from '../base/time.ts';
import { disconnect, reauthorise } from './answer.ts';
import { type AccessMode, accessModes } from './settings.ts';
import { ip, macOf, TestingSwitch } from './testing-switch.ts';

const [alicesMac, bobsMac, strangersMac] = [macOf(1), macOf(2), macOf(3)];
const families = [
  { family: 'IPv4', news: '239.1.1.1', sport: '239.1.1.2', source: '192.0.2.9' },
  { family: 'IPv6', news: 'ff15::1', sport: 'ff15::2', source: '2001:db8::9' },
] as const;
const grounds = accessModes.flatMap((mode) => families.map((family) => ({ mode, ...family })));

/** Alice is on p1 and has the news, bob on p2 and has sport. */
function standing(mode: AccessMode, { news, sport }: { news: string; sport: string }) {
  const at = new TestingSwitch(mode, ['p1', 'p2']);
  at.entitled.add(`alice ${news}`).add(`bob ${sport}`);
  at.login('p1', alicesMac, 'alice');
  at.login('p2', bobsMac, 'bob');
  return at;
}

for (const ground of grounds) {
  const { mode, family, news, sport, source } = ground;
  const where = `${mode}, ${family}`;

  test(`system 6.0: the records tell the way of a request in its order (${where})`, (t) => {
    const at = standing(mode, ground);
    at.records.length = 0;
    at.join('p1', alicesMac, news);
    at.answerAll();
    const way = [
      'intercepted',
      'taken',
      'account-found',
      'asked',
      'answered',
      'added',
      'accounted',
    ];
    t.deepEqual(at.kinds(), way);
    const mac = '02:00:00:00:00:01';
    const all = { port: 'p1', mac, group: news };
    t.like(at.records[1], all);
    t.like(at.records[2], { ...all, mode, account: 'alice' });
    for (const record of at.records.slice(3, 6)) {
      t.like(record, { ...all, account: 'alice', request: 1 });
    }
    at.join('p1', alicesMac, sport);
    at.answerAll();
    t.is(at.kinds().at(-1), 'refused');
  });

  test(`system 6.1: nobody who has not authenticated has a group (${where})`, (t) => {
    const at = standing(mode, ground);
    at.logOff('p1', alicesMac);
    at.join('p1', alicesMac, news);
    t.deepEqual(at.questions, []);
    t.deepEqual(at.entries, []);
    t.deepEqual(at.refusals(), ['not-authenticated']);
  });

  test(`system 6.1: a group that an account has not is refused, and the others stay (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', alicesMac, news);
    at.join('p1', alicesMac, sport);
    at.answerAll();
    t.deepEqual(at.entries, [`p1 ${news} any`]);
    t.deepEqual(at.refusals(), ['rejected']);
  });

  test(`system 6.1: two accounts on two ports get exactly their own groups (${where})`, (t) => {
    const at = standing(mode, ground);
    for (const group of [news, sport]) {
      at.join('p1', alicesMac, group);
      at.join('p2', bobsMac, group);
    }
    at.answerAll();
    t.deepEqual(at.entries, [`p1 ${news} any`, `p2 ${sport} any`]);
  });

  test(`system 6.2: the right MAC on the wrong port is refused (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p2', alicesMac, news);
    t.deepEqual(at.questions, []);
    t.deepEqual(at.entries, []);
  });

  test(`system 6.2: a wrong MAC on the right port is refused (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', strangersMac, news);
    t.deepEqual(at.questions, []);
    t.deepEqual(at.refusals(), [mode === 'port-based' ? 'another-mac' : 'not-authenticated']);
  });

  test(`system 6.3: nothing is given before the accept (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', alicesMac, news);
    t.is(at.questions.length, 1);
    t.deepEqual(at.entries, []);
    at.answerAll();
    t.deepEqual(at.entries, [`p1 ${news} any`]);
  });

  test(`system 6.3: who left meanwhile gets nothing by a late accept (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', alicesMac, news);
    at.leave('p1', alicesMac, news);
    at.answerAll();
    t.deepEqual(at.entries, []);
    t.is(at.kinds().at(-1), 'stale-answer');
  });

  test(`system 6.3: the server that is asked is the one that did 802.1X (${where})`, (t) => {
    const at = standing(mode, ground);
    at.login('p2', bobsMac, 'bob', 'second');
    at.join('p1', alicesMac, news);
    at.join('p2', bobsMac, sport);
    t.deepEqual(
      at.questions.map((question) => question.server),
      ['first', 'second'],
    );
  });

  test(`system 6.3: a server that does not answer is a refusal (${where})`, (t) => {
    const at = standing(mode, ground);
    at.silent.add('first');
    at.join('p1', alicesMac, news);
    at.answerAll();
    t.deepEqual(at.entries, []);
    t.deepEqual(at.refusals(), ['no-answer']);
  });

  test(`system 6.4: accounting starts with the join and stops with the leave (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', alicesMac, news);
    at.answerAll();
    at.pass(7 * nsPerSecond);
    at.leave('p1', alicesMac, news);
    const [start, stop] = at.tickets;
    t.like(start, { status: 'start', account: 'alice', group: ip(news), seconds: 0 });
    t.like(stop, { status: 'stop', account: 'alice', group: ip(news), seconds: 7 });
    t.is(stop!.cause, 'user-request');
    t.is(stop!.ticket, start!.ticket);
    t.deepEqual(at.entries, []);
  });

  test(`system 6.4: log-off ends membership and accounting (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', alicesMac, news);
    at.answerAll();
    at.pass(3 * nsPerSecond);
    at.logOff('p1', alicesMac);
    t.deepEqual(at.entries, []);
    t.like(at.tickets.at(-1), { status: 'stop', seconds: 3, cause: 'user-request' });
  });

  test(`system 6.4: a wish that is not repeated ages, and accounting hears of it (${where})`, (t) => {
    const at = standing(mode, ground);
    at.join('p1', alicesMac, news);
    at.answerAll();
    at.pass(259 * nsPerSecond);
    t.deepEqual(at.entries, [`p1 ${news} any`], 'RFC 3376 8.4: 2 x 125 s + 10 s');
    at.pass(nsPerSecond);
    t.deepEqual(at.entries, []);
    t.like(at.tickets.at(-1), { status: 'stop', seconds: 260, cause: 'idle-timeout' });
  });

  test(`a source that is asked for comes alone, and one more beside it (${where})`, (t) => {
    const at = standing(mode, ground);
    at.report('p1', alicesMac, news, 'allow', source);
    t.deepEqual(at.questions[0]!.sources, [ip(source)]);
    at.answerAll();
    t.deepEqual(at.entries, [`p1 ${news} ${source}`]);
    at.report('p1', alicesMac, news, 'to-exclude');
    t.deepEqual(at.entries, [`p1 ${news} any`]);
    at.report('p1', alicesMac, news, 'to-include');
    t.deepEqual(at.entries, []);
  });
}

test('system 6.2: mac-based, two hosts behind a port have each their own groups', (t) => {
  const at = new TestingSwitch('mac-based', ['p1']);
  at.entitled.add('alice 239.1.1.1').add('bob 239.1.1.2');
  at.login('p1', alicesMac, 'alice');
  at.login('p1', bobsMac, 'bob');
  for (const group of ['239.1.1.1', '239.1.1.2']) {
    at.join('p1', alicesMac, group);
    at.join('p1', bobsMac, group);
  }
  at.answerAll();
  t.deepEqual(at.given.get('p1 239.1.1.1 any'), [alicesMac]);
  t.deepEqual(at.given.get('p1 239.1.1.2 any'), [bobsMac]);
});

test('mac-based, a group that two hosts have stays with one when the other leaves', (t) => {
  const at = new TestingSwitch('mac-based', ['p1']);
  at.entitled.add('alice 239.1.1.1').add('bob 239.1.1.1');
  at.login('p1', alicesMac, 'alice');
  at.login('p1', bobsMac, 'bob');
  at.join('p1', alicesMac, '239.1.1.1');
  at.join('p1', bobsMac, '239.1.1.1');
  at.answerAll();
  t.deepEqual(at.given.get('p1 239.1.1.1 any'), [alicesMac, bobsMac]);
  at.leave('p1', alicesMac, '239.1.1.1');
  t.deepEqual(at.given.get('p1 239.1.1.1 any'), [bobsMac]);
});

test('system 6.2: port-based, the second host behind a port takes it over or has nothing', (t) => {
  const at = standing('port-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  at.join('p1', strangersMac, '239.1.1.1');
  t.deepEqual(at.refusals(), ['another-mac']);
  at.login('p1', strangersMac, 'carol');
  t.deepEqual(at.entries, [], 'what alice had does not pass to carol');
  at.join('p1', alicesMac, '239.1.1.1');
  t.is(at.refusals().at(-1), 'another-mac');
});

test('another account on the same port and MAC has nothing of what the one before it had', (t) => {
  const at = standing('mac-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  at.login('p1', alicesMac, 'bob');
  t.deepEqual(at.entries, [], 'before the server says anything of bob');
  t.like(at.questions[0], { account: 'bob', group: ip('239.1.1.1') });
  at.answerAll();
  t.deepEqual(at.entries, []);
  const [, stop] = at.tickets;
  t.like(stop, { status: 'stop', account: 'alice', cause: 'nas-request' });
});

test('the same account that authenticates again keeps what it has', (t) => {
  const at = standing('port-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  at.login('p1', alicesMac, 'alice', 'second');
  t.deepEqual(at.entries, ['p1 239.1.1.1 any']);
  t.deepEqual(at.questions, []);
});

test('a host that moves has nothing on the port that it left', (t) => {
  const at = standing('mac-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  at.login('p2', alicesMac, 'alice');
  t.deepEqual(at.entries, []);
  at.join('p2', alicesMac, '239.1.1.1');
  at.answerAll();
  t.deepEqual(at.entries, ['p2 239.1.1.1 any']);
});

test('a port that lost its link has no sessions', (t) => {
  const at = standing('mac-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  at.loseLink('p1');
  t.deepEqual(at.entries, []);
  at.join('p1', alicesMac, '239.1.1.1');
  t.is(at.refusals().at(-1), 'not-authenticated');
});

test('a refusal is not asked for again at each report, and is after a while', (t) => {
  const at = standing('mac-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.2');
  at.answerAll();
  at.join('p1', alicesMac, '239.1.1.2');
  t.deepEqual(at.questions, []);
  at.entitled.add('alice 239.1.1.2');
  at.pass(2 * nsPerSecond);
  at.join('p1', alicesMac, '239.1.1.2');
  at.answerAll();
  t.deepEqual(at.entries, ['p1 239.1.1.2 any']);
});

test('a membership that lasts is told to accounting in between', (t) => {
  const at = standing('mac-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  for (let minute = 0; minute < 21; minute++) {
    at.pass(60 * nsPerSecond);
    at.report('p1', alicesMac, '239.1.1.1', 'is-exclude');
  }
  const told = at.tickets.map(({ status, seconds }) => `${status} ${seconds}`);
  t.deepEqual(told, ['start 0', 'interim 600', 'interim 1200']);
});

test('a port is queried when somebody authenticates, and each interval from then on', (t) => {
  const at = new TestingSwitch('mac-based', ['p1', 'p2']);
  at.pass(500 * nsPerSecond);
  t.deepEqual(at.queries, []);
  at.login('p1', alicesMac, 'alice');
  at.pass(260 * nsPerSecond);
  t.deepEqual(at.queries, ['p1', 'p1', 'p1']);
});

test('a port has no more groups than it may', (t) => {
  const at = new TestingSwitch('mac-based', ['p1'], { mostGroups: 2 });
  at.login('p1', alicesMac, 'alice');
  for (const last of [1, 2, 3]) at.join('p1', alicesMac, `239.1.1.${last}`);
  t.is(at.questions.length, 2);
  t.deepEqual(at.refusals(), ['too-many-groups']);
  at.leave('p1', alicesMac, '239.1.1.1');
  at.join('p1', alicesMac, '239.1.1.3');
  t.is(at.questions.length, 3);
});

test('a flood of one port costs the other ports nothing', (t) => {
  const at = standing('mac-based', families[0]);
  for (let n = 0; n < 10_000; n++) {
    at.join('p1', alicesMac, `239.9.${n >> 8}.${n & 255}`);
    at.pass(nsPerSecond / 10_000);
  }
  t.true(at.questions.length <= 64);
  const asked = at.kinds().filter((kind) => kind === 'intercepted').length;
  t.true(asked <= 401, `${asked} taken of 200 at once and 200 in the second`);
  at.join('p2', bobsMac, '239.1.1.2');
  t.is(at.questions.at(-1)!.account, 'bob');
});

test("the server's disconnect ends a session, or the group that it names", (t) => {
  const at = standing('mac-based', families[0]);
  at.entitled.add('alice 239.1.1.3');
  at.join('p1', alicesMac, '239.1.1.1');
  at.join('p1', alicesMac, '239.1.1.3');
  at.answerAll();
  const named = { account: 'alice', group: ip('239.1.1.1') };
  t.is(disconnect(at.state, at.nowNs, named, at).length, 1);
  t.deepEqual(at.entries, ['p1 239.1.1.3 any']);
  t.is(disconnect(at.state, at.nowNs, { account: 'alice' }, at).length, 1);
  t.deepEqual(at.entries, []);
  t.like(at.tickets.at(-1), { status: 'stop', cause: 'admin-reset' });
  t.is(disconnect(at.state, at.nowNs, { account: 'alice' }, at).length, 0);
});

test('after a change of authorisation all is asked for again, and nothing is given meanwhile', (t) => {
  const at = standing('mac-based', families[0]);
  at.join('p1', alicesMac, '239.1.1.1');
  at.answerAll();
  at.entitled.delete('alice 239.1.1.1');
  t.is(reauthorise(at.state, at.nowNs, { account: 'alice' }, at).length, 1);
  t.deepEqual(at.entries, []);
  at.answerAll();
  t.deepEqual(at.entries, []);
  t.is(at.refusals().at(-1), 'rejected');
});

test("what does not leave the link is nobody's to pay for: groups of Neighbor Discovery", (t) => {
  const at = standing('mac-based', families[1]);
  at.join('p1', alicesMac, 'ff02::1:ff00:1');
  t.deepEqual(at.questions, []);
  t.deepEqual(at.entries, ['p1 ff02::1:ff00:1 any']);
  at.join('p1', alicesMac, 'ff02::1');
  at.join('p1', alicesMac, '224.0.0.251');
  t.deepEqual(at.entries, ['p1 ff02::1:ff00:1 any'], 'a switch keeps nothing for these');
  at.join('p1', strangersMac, 'ff02::1:ff00:2');
  t.deepEqual(at.entries, ['p1 ff02::1:ff00:1 any']);
  t.deepEqual(at.tickets, []);
});
