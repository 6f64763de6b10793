import test from 'ava';
import { formatIp, parseIp } from '../base/address.ts';
import { answer, hearOutcome, learnLinks, moveSocket, resetSocket, skip } from './manager.ts';
import type { Outcome } from './outcome-message.ts';
import { mapIp } from './socket-identity.ts';
import {
  applicationOf,
  listenerOf,
  lte,
  socketOf,
  socketOfIpv6,
  TestManager,
  wifi,
} from './testing-manager.ts';

const toLte = { name: 'curl', links: ['lte'], whenLost: 'move' } as const;

test('system 1.0: learned, prompted, chosen, address found, change sent: in this order', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)));
  t.is(answer(manager.state, 'curl', 'lte', manager.sink), undefined);
  t.deepEqual(manager.kinds, [
    'links.socket-learned',
    'links.prompted',
    'links.chosen',
    'links.address-found',
    'links.change-sent',
  ]);
  t.deepEqual(manager.heard.record[0]![1], { id: 'udp4:1001', application: 'curl', process: 77 });
  t.deepEqual(manager.heard.record[1]![1], { application: 'curl', links: 'wifi lte' });
  t.deepEqual(manager.heard.record[4]![1], {
    ...{ order: 1, id: 'udp4:1001', address: '10.2.0.1', change: 'move' },
  });
});

test('system 1.1: each application is asked once, and offered exactly the links that are up', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)), applicationOf('ssh', socketOf(2)));
  manager.see(applicationOf('curl', socketOf(1), socketOf(3)), applicationOf('ssh', socketOf(2)));
  t.deepEqual(manager.heard.prompt, [
    ['curl', ['wifi', 'lte']],
    ['ssh', ['wifi', 'lte']],
  ]);
  learnLinks(manager.state, [lte], manager.sink);
  manager.see(applicationOf('nc', socketOf(4)));
  t.deepEqual(manager.heard.prompt.at(-1), ['nc', ['lte']]);
});

test('system 1.1: a question that stands open offers the links that are up by then, and is no second one', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)));
  learnLinks(manager.state, [lte], manager.sink);
  manager.see(applicationOf('curl', socketOf(1)));
  t.deepEqual(manager.state.applications.get('curl')!.answer, { kind: 'asked', offered: ['lte'] });
  t.is(manager.heard.prompt.length, 1);
});

test('system 1.1: the answer decides, for its sockets of now and of later, and is kept', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)), applicationOf('ssh', socketOf(2)));
  answer(manager.state, 'curl', 'lte', manager.sink);
  manager.see(applicationOf('curl', socketOf(1), socketOf(3)), applicationOf('ssh', socketOf(2)));
  const moved = manager.heard.change.map(([, row, address]) => [
    row.socket.identity.cookie,
    formatIp(address),
  ]);
  t.deepEqual(moved, [
    [1, '10.2.0.1'],
    [3, '10.2.0.1'],
  ]);
  t.deepEqual(manager.heard.keep, [[toLte]]);
  t.deepEqual(
    manager.heard.steer.map(([row, link]) => [row.name, link?.name]),
    [['curl', 'lte']],
  );
});

test('system 1.1: a stored rule is an answer given earlier; who asks always ignores it', (t) => {
  const rules = [toLte];
  const manager = new TestManager({ rules });
  manager.see(applicationOf('curl', socketOf(1)));
  t.is(manager.heard.prompt.length, 0);
  t.is(manager.heard.change.length, 1);
  const asking = new TestManager({ rules, asksAlways: true });
  asking.see(applicationOf('curl', socketOf(1)));
  t.is(asking.heard.prompt.length, 1);
  t.is(asking.heard.change.length, 0);
});

test('an answer that is given again brings back a socket that was put elsewhere alone', (t) => {
  const manager = new TestManager({ rules: [toLte] });
  const onLte = (cookie: number) =>
    socketOf(cookie, { local: { address: lte.ipv4!, port: 40_000 + cookie } });
  manager.see(applicationOf('curl', onLte(1), onLte(2)));
  t.is(manager.heard.change.length, 0);
  moveSocket(manager.state, 1, 'wifi', manager.sink);
  manager.see(applicationOf('curl', socketOf(1), onLte(2)));
  answer(manager.state, 'curl', 'lte', manager.sink);
  const moved = manager.heard.change.map(([, row, address]) => [
    row.socket.identity.cookie,
    formatIp(address),
  ]);
  t.deepEqual(moved, [
    [1, '10.1.0.1'],
    [1, '10.2.0.1'],
  ]);
});

test('where no link is up nobody is asked until there is one', (t) => {
  const manager = new TestManager({}, []);
  manager.see(applicationOf('curl', socketOf(1)));
  t.is(manager.heard.prompt.length, 0);
  learnLinks(manager.state, [wifi], manager.sink);
  manager.see(applicationOf('curl', socketOf(1)));
  t.deepEqual(manager.heard.prompt, [['curl', ['wifi']]]);
});

test('a socket that is there already is not sent a change', (t) => {
  const manager = new TestManager({ rules: [{ ...toLte, links: ['wifi'] }] });
  manager.see(applicationOf('curl', socketOf(1)));
  t.is(manager.heard.change.length, 0);
  t.is(manager.heard.steer.length, 1);
});

test('a socket whose path alone was moved is sent home, where its address has been all the time', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)));
  answer(manager.state, 'curl', 'lte', manager.sink);
  const end = socketOf(1).local;
  hearOutcome(manager.state, {
    ...{ kind: 'outcome', order: 1, result: 'path-only', mechanism: 'tcp-established' },
    ...{ place: 'traversed', visited: 1, before: end, after: end },
  });
  answer(manager.state, 'curl', 'wifi', manager.sink);
  t.deepEqual(
    manager.heard.change.map(([, , address]) => formatIp(address)),
    ['10.2.0.1', '10.1.0.1'],
  );
});

test('sockets of IPv6 get the IPv6 address of the link, those that speak IPv4 its IPv4 address', (t) => {
  const manager = new TestManager({ rules: [toLte] });
  const mapped = socketOf(2, {
    identity: { family: 6, protocol: 'udp', inode: 2, cookie: 2 },
    local: { address: mapIp(wifi.ipv4!), port: 5 },
    remote: { address: mapIp(parseIp('9.9.9.9')!), port: 80 },
  });
  manager.see(applicationOf('curl', socketOfIpv6(1), mapped));
  t.deepEqual(
    manager.heard.change.map(([, , address]) => formatIp(address)),
    ['2001:db8:2::1', '10.2.0.1'],
  );
});

test('a listener is left alone', (t) => {
  const manager = new TestManager({ rules: [toLte] });
  manager.see(applicationOf('curl', listenerOf(1)));
  t.is(manager.heard.change.length, 0);
});

test('when a link goes away its applications move to the next in their rule', (t) => {
  const rules = [{ name: 'curl', links: ['wifi', 'lte'], whenLost: 'move' }] as const;
  const manager = new TestManager({ rules });
  manager.see(applicationOf('curl', socketOf(1)), applicationOf('ssh', socketOf(2)));
  learnLinks(manager.state, [lte], manager.sink);
  t.deepEqual(
    manager.heard.change.map(([, row, address, action]) => [
      ...[row.socket.identity.cookie, formatIp(address), action],
    ]),
    [[1, '10.2.0.1', 'move']],
  );
  t.deepEqual(
    manager.heard.linkGone.map(([address]) => formatIp(address)),
    ['10.1.0.1', '2001:db8:1::1'],
  );
});

test('or their TCP connections are reset, where the rule says so; what can carry on does', (t) => {
  const rules = [{ name: 'curl', links: ['wifi', 'lte'], whenLost: 'reset' }] as const;
  const manager = new TestManager({ rules });
  const of = (cookie: number, protocol: 'udp' | 'tcp' | 'mptcp') =>
    socketOf(cookie, { identity: { family: 4, protocol, inode: cookie, cookie } });
  manager.see(applicationOf('curl', of(1, 'tcp'), of(2, 'udp'), of(3, 'mptcp')));
  learnLinks(manager.state, [lte], manager.sink);
  t.deepEqual(
    manager.heard.change.map(([, { socket }, , action]) => [socket.identity.protocol, action]),
    [
      ['tcp', 'reset'],
      ['udp', 'move'],
      ['mptcp', 'move'],
    ],
  );
  t.deepEqual(
    manager.heard.steer.map(([, link]) => link?.name),
    ['wifi', 'lte'],
  );
});

test('with no link of its rule left an application is left to the system, and comes back with the link', (t) => {
  const rules = [{ name: 'curl', links: ['wifi'], whenLost: 'move' }] as const;
  const manager = new TestManager({ rules });
  manager.see(applicationOf('curl', socketOf(1)));
  learnLinks(manager.state, [lte], manager.sink);
  learnLinks(manager.state, [lte, wifi], manager.sink);
  t.deepEqual(
    manager.heard.steer.map(([, link]) => link?.name),
    ['wifi', undefined, 'wifi'],
  );
});

test('system 1.2: an unknown application, socket or link is a named refusal, and nothing is sent', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)));
  t.is(answer(manager.state, 'nobody', 'lte', manager.sink), 'unknown-application');
  t.is(answer(manager.state, 'curl', 'cable', manager.sink), 'unknown-link');
  t.is(moveSocket(manager.state, 99, 'lte', manager.sink), 'unknown-socket');
  t.is(moveSocket(manager.state, 1, 'cable', manager.sink), 'unknown-link');
  t.is(resetSocket(manager.state, 99, manager.sink), 'unknown-socket');
  t.is(skip(manager.state, 'nobody'), 'unknown-application');
  t.is(manager.heard.change.length, 0);
  t.is(manager.heard.keep.length, 0);
});

test('a user may move or reset one socket, and what became of it is known', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1), socketOf(2)));
  const order = moveSocket(manager.state, 1, 'lte', manager.sink) as number;
  const outcome: Outcome = {
    ...{ kind: 'outcome', order, result: 'moved', mechanism: 'udp-connected-free-port' },
    ...{ place: 'traversed', visited: 1 },
    before: socketOf(1).local,
    after: { address: lte.ipv4!, port: 40_001 },
  };
  t.is(hearOutcome(manager.state, outcome)!.outcome, outcome);
  t.is(hearOutcome(manager.state, outcome), undefined, 'it is heard once');
  t.is(manager.state.sockets.get(2)!.outcome, undefined);
  resetSocket(manager.state, 2, manager.sink);
  t.is(manager.heard.change.at(-1)![3], 'reset');
});

test('a socket that no list has while it is moved is known on, and forgotten once it is gone', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)));
  const order = moveSocket(manager.state, 1, 'lte', manager.sink) as number;
  manager.see(applicationOf('curl'));
  t.deepEqual([...manager.state.orders.keys()], [order], 'its outcome is waited for');
  t.true(manager.state.sockets.has(1));
  const end = socketOf(1).local;
  hearOutcome(manager.state, {
    ...{ kind: 'outcome', order, result: 'moved', mechanism: 'udp-connected-free-port' },
    ...{ place: 'traversed', visited: 1, before: end, after: end },
  });
  t.deepEqual([...manager.state.orders.keys()], []);
  manager.see(applicationOf('curl'));
  t.false(manager.state.sockets.has(1));
});

test('who skips is not asked again, and stays where he is', (t) => {
  const manager = new TestManager();
  manager.see(applicationOf('curl', socketOf(1)));
  skip(manager.state, 'curl');
  manager.see(applicationOf('curl', socketOf(1), socketOf(2)));
  t.is(manager.heard.prompt.length, 1);
  t.is(manager.heard.change.length, 0);
});
