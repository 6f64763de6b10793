import { parseMac } from '../base/mac.ts';
import { serialLabTestUnless } from '../linux/testing-lab.ts';
import { buildIgmpQuery, buildMldQuery } from '../multicast/query-frame.ts';
import { accessModes } from '../multicast/settings.ts';
import { Street, streetLack } from './testing-street.ts';
import {
  accounts,
  aliceGets,
  alices,
  bobs,
  groups,
  some,
  streamPasses,
  two,
} from './testing-two-accounts.ts';

const test = serialLabTestUnless(streetLack());

for (const mode of accessModes) {
  test(`system 6.1: two accounts on two ports get exactly their own groups, and before they authenticate nothing (${mode})`, async (t) => {
    await using street = await Street.open({ ...two, mode });
    const [alice, bob] = [street.of('alice'), street.of('bob')];
    street.source.send(groups);
    for (const group of groups) {
      alice.join(group);
      bob.join(group);
    }
    await street.untilRecord('multicast.refused', { mac: bob.mac, reason: 'not-authenticated' });
    await streamPasses(street);
    t.deepEqual(
      groups.map((group) => alice.got(group) + bob.got(group)),
      [0, 0, 0, 0],
    );
    alice.logOn('alice', 'PEAP');
    bob.logOn('bob', 'TLS');
    for (const [host, own] of [
      [alice, alices],
      [bob, bobs],
    ] as const) {
      for (const group of own) {
        await street.untilRecord('multicast.added', { mac: host.mac, group });
        await street.until(() => host.got(group) > some, `${group} at ${host.name}`);
      }
    }
    t.deepEqual(
      bobs.map((group) => alice.got(group)),
      [0, 0],
    );
    t.deepEqual(
      alices.map((group) => bob.got(group)),
      [0, 0],
    );
  });

  test(`system 6.2: the right MAC on the wrong port is refused (${mode})`, async (t) => {
    await using street = await Street.open({ ...two, mode });
    await aliceGets(street);
    const bob = street.of('bob');
    bob.takeMac(street.of('alice').mac);
    bob.join('239.1.1.1');
    await street.untilRecord('multicast.refused', { port: 'p2', group: '239.1.1.1' });
    await streamPasses(street);
    t.deepEqual(
      groups.map((group) => bob.got(group)),
      [0, 0, 0, 0],
    );
  });
}

test('system 6.2: port-based, a wrong MAC on the right port is refused, behind a cable that two hosts share', async (t) => {
  const ports = { p1: ['alice', 'stranger'] };
  await using street = await Street.open({ mode: 'port-based', accounts, ports });
  await aliceGets(street);
  const stranger = street.of('stranger');
  stranger.join('239.1.1.1');
  const asked = { mac: stranger.mac, group: '239.1.1.1', reason: 'another-mac' };
  await street.untilRecord('multicast.refused', asked);
  await streamPasses(street);
  t.deepEqual(
    groups.map((group) => stranger.got(group)),
    [0, 0, 0, 0],
  );
});

test('system 6.2: mac-based, hosts on one cable have each exactly their own groups, and a stranger nothing', async (t) => {
  const ports = { p1: ['alice', 'bob', 'stranger'] };
  await using street = await Street.open({ mode: 'mac-based', accounts, ports });
  const [alice, bob, stranger] = ['alice', 'bob', 'stranger'].map((name) => street.of(name));
  street.source.send(groups);
  // One after the other: on a cable that they share, each supplicant hears the other's conversation.
  for (const host of [alice!, bob!]) {
    host.logOn(host.name);
    await street.untilRecord('multicast.authenticated', { mac: host.mac, account: host.name });
    for (const group of groups) host.join(group);
  }
  stranger!.join('239.1.1.1');
  await street.untilRecord('multicast.refused', { mac: stranger!.mac, group: '239.1.1.1' });
  for (const [host, own, others] of [
    [alice!, alices, bobs],
    [bob!, bobs, alices],
  ] as const) {
    for (const group of own)
      await street.until(() => host.got(group) > some, `${group}, ${host.name}`);
    t.deepEqual(
      others.map((group) => host.got(group)),
      [0, 0],
      host.name,
    );
  }
  t.deepEqual(
    groups.map((group) => stranger!.got(group)),
    [0, 0, 0, 0],
  );
});

test('system 6.3: nothing comes before the accept; while the server is down it is refused, others keep theirs', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const bob = street.of('bob');
  bob.logOn('bob');
  await street.untilRecord('multicast.authenticated', { mac: bob.mac });
  await street.stopServer();
  for (const group of bobs) bob.join(group);
  await street.untilRecord('multicast.refused', { mac: bob.mac, reason: 'no-answer' });
  street.of('alice').forget();
  await streamPasses(street);
  t.deepEqual(
    groups.map((group) => bob.got(group)),
    [0, 0, 0, 0],
  );
  await street.until(() => street.of('alice').got('239.1.1.1') > some, 'what alice has');
  const added = street.records.findIndex((record) => record.kind === 'multicast.added');
  const answered = street.records.findIndex((record) => record.kind === 'multicast.answered');
  t.true(answered >= 0 && answered < added);
});

test('system 6.3: the server that is asked is the one that did 802.1X', async (t) => {
  const firstServers = { p2: 'server2' };
  await using street = await Street.open({ ...two, servers: 2, firstServers });
  const bob = street.of('bob');
  bob.logOn('bob');
  const known = await street.untilRecord('multicast.authenticated', { mac: bob.mac });
  t.is(known['server'], 'server2');
  street.source.send(groups);
  bob.join('239.1.1.2');
  const asked = await street.untilRecord('multicast.asked', { group: '239.1.1.2' });
  t.is(asked['server'], 'server2');
  await street.until(() => bob.got('239.1.1.2') > some, "bob's group");
  await street.stopServer(2);
  bob.join('ff15::2');
  await street.untilRecord('multicast.refused', { group: 'ff15::2', reason: 'no-answer' });
  t.is(bob.got('ff15::2'), 0, 'the other server would have said yes, and is not asked');
});

test('system 6.4: accounting starts at the join and stops at the leave and at the log-off, which ends membership', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const alice = street.of('alice');
  alice.leave('ff15::1');
  await street.untilRecord('multicast.removed', { group: 'ff15::1', cause: 'leave' });
  alice.logOff();
  await street.untilRecord('multicast.removed', { group: '239.1.1.1', cause: 'log-off' });
  alice.forget();
  await streamPasses(street);
  t.deepEqual(
    groups.map((group) => alice.got(group)),
    [0, 0, 0, 0],
  );
  const stops = () => street.accounting().split('Acct-Status-Type = Stop').length - 1;
  await street.until(() => stops() === 2, 'two stops at the server');
  const entries = street.accounting().split('\n\n');
  t.is(entries.filter((entry) => entry.includes('Acct-Status-Type = Start')).length, 2);
  const stop = entries.find((entry) => entry.includes('= Stop') && entry.includes('239.1.1.1'))!;
  t.true(stop.includes('User-Name = "alice"') && stop.includes('Acct-Session-Time = '));
});

test('system 6.4: a host that vanishes is not asked for ever: its membership ages', async (t) => {
  const second = 1_000_000_000;
  const timing = { queryIntervalNs: second, queryResponseNs: second / 2 };
  await using street = await Street.open({ ...two, ports: { p1: ['alice', 'stranger'] }, timing });
  await aliceGets(street);
  const alice = street.of('alice');
  alice.takeMac('02:00:00:00:00:99');
  await street.untilRecord('multicast.removed', { group: '239.1.1.1', cause: 'ageing' });
  alice.forget();
  await streamPasses(street);
  t.is(alice.got('239.1.1.1'), 0);
});

test('system 6.5: the subscriber is stock, and the control shows it: by plain snooping everybody gets everything', async (t) => {
  await using street = await Street.open({ ...two, plain: true });
  const hosts = [...street.subscribers.values()];
  street.source.send(groups);
  for (const host of hosts) for (const group of groups) host.join(group);
  for (const host of hosts) {
    for (const group of groups) {
      await street.until(() => host.got(group) > some, `${group} at ${host.name}`);
    }
  }
  t.pass();
});

test('another account on the same port and MAC has nothing of what the one before it had', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const alice = street.of('alice');
  for (const group of bobs) alice.join(group);
  await street.untilRecord('multicast.refused', { group: 'ff15::2', reason: 'rejected' });
  await alice.vanish();
  alice.logOn('bob', 'TTLS', 'anonymous');
  for (const group of alices) {
    await street.untilRecord('multicast.removed', { group, cause: 'account-changed' });
    await street.untilRecord('multicast.refused', { group, account: 'bob', reason: 'rejected' });
  }
  for (const group of bobs) await street.untilRecord('multicast.added', { group, account: 'bob' });
  alice.forget();
  await streamPasses(street);
  t.deepEqual(
    alices.map((group) => alice.got(group)),
    [0, 0],
  );
});

test('a name that is shown outside of the tunnel is not the account', async (t) => {
  await using street = await Street.open(two);
  const bob = street.of('bob');
  bob.logOn('bob', 'PEAP', 'alice');
  const known = await street.untilRecord('multicast.authenticated', { mac: bob.mac });
  t.is(known['account'], 'bob');
});

test('who has the wrong password stays outside', async (t) => {
  await using street = await Street.open(two);
  const alice = street.of('alice');
  street.source.send(groups);
  alice.logOn('alice', 'PEAP', 'alice', 'a guess');
  await street.until(() => street.log('alice').includes('EAP-FAILURE'), 'the failure');
  alice.join('239.1.1.1');
  await street.untilRecord('multicast.refused', { mac: alice.mac, group: '239.1.1.1' });
  await streamPasses(street);
  t.is(alice.got('239.1.1.1'), 0);
});

test('a controller that is killed is taken up: what was granted flows on, a leave is known, nobody gets more', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const [alice, bob] = [street.of('alice'), street.of('bob')];
  for (const group of groups) bob.join(group);
  await street.killController();
  alice.forget();
  await street.until(() => alice.got('239.1.1.1') > some, 'the stream without a controller');
  const from = street.records.length;
  await street.startController();
  alice.forget();
  await street.until(() => alice.got('239.1.1.1') > some, 'the stream with the next one');
  const news = street.records.slice(from).map(({ kind }) => kind);
  t.false(news.includes('multicast.asked'), 'nobody is asked again');
  alice.leave('239.1.1.1');
  await street.untilRecord('multicast.removed', { group: '239.1.1.1' }, from);
  t.deepEqual(
    groups.map((group) => bob.got(group)),
    [0, 0, 0, 0],
  );
});

for (const [igmpVersion, mldVersion] of [
  [1, 1],
  [2, 1],
  [3, 2],
] as const) {
  test(`a host that speaks IGMPv${igmpVersion} and MLDv${mldVersion} joins and is refused like any other`, async (t) => {
    await using street = await Street.open(two);
    const alice = street.of('alice');
    alice.speak(igmpVersion, mldVersion);
    street.source.send(groups);
    alice.logOn('alice');
    await street.untilRecord('multicast.authenticated', { mac: alice.mac });
    for (const group of groups) alice.join(group);
    for (const group of alices) await street.until(() => alice.got(group) > some, group);
    for (const group of bobs) await street.untilRecord('multicast.refused', { group });
    t.deepEqual(
      bobs.map((group) => alice.got(group)),
      [0, 0],
    );
    const message = igmpVersion === 3 ? 'report-v3' : `report-v${igmpVersion}`;
    await street.untilRecord('multicast.intercepted', { mac: alice.mac, message });
  });
}

test('a host that asks for one source gets that one, and none for another', async (t) => {
  await using street = await Street.open(two);
  const alice = street.of('alice');
  street.source.send(groups);
  alice.logOn('alice');
  await street.untilRecord('multicast.authenticated', { mac: alice.mac });
  alice.join('239.1.1.1', '10.77.0.100');
  alice.join('ff15::1', 'fd77::99');
  await street.untilRecord('multicast.added', { group: 'ff15::1' });
  await street.until(() => alice.got('239.1.1.1') > some, 'what its source sends');
  await streamPasses(street);
  t.is(alice.got('ff15::1'), 0, 'the source of fd77::99 sends nothing');
});

test('a subscriber that plays a router, or hides its report under a tag, gets nothing by it', async (t) => {
  await using street = await Street.open(two);
  await aliceGets(street);
  const alice = street.of('alice');
  const mac = parseMac(alice.mac)!;
  const times = { responseNs: 1e9, queryIntervalNs: 125e9, robustness: 2 };
  for (const query of [buildIgmpQuery(mac, times), buildMldQuery(mac, times)]) {
    alice.forge(query);
    alice.forge(tagged(query));
  }
  const report = buildIgmpQuery(mac, times);
  report.set([0x16, 0, 0xf9, 0xfb, 239, 1, 1, 2, 0, 0, 0, 0], 38);
  alice.forge(report);
  alice.forge(tagged(report));
  await streamPasses(street);
  t.deepEqual(
    bobs.map((group) => alice.got(group)),
    [0, 0],
  );
});

/** Under an 802.1Q tag of VLAN 0, which is none. */
function tagged(frame: Uint8Array): Uint8Array {
  const whole = new Uint8Array(frame.length + 4);
  whole.set(frame.subarray(0, 12));
  whole.set([0x81, 0, 0, 0], 12);
  whole.set(frame.subarray(12), 16);
  return whole;
}
