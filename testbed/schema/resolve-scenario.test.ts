import test from 'ava';
import { complaintsOn, loadText } from './loading.ts';
import type { EventModel, Looks, PlannedLooks, Scenario } from './model.ts';

const topology = `
nodes: { phone: { kind: terminal, count: 2 }, home: { kind: nat }, server: { kind: host } }
links:
  wifi: { between: [phone, home], rate: 50 Mbit/s, delay: 10 ms }
  wan: { between: [home, server], rate: 10 Mbit/s, delay: 5 ms, loss: 1 % }
traffic:
  talk: { run: stream, from: 'phone[1]', to: server, rate: 1 Mbit/s, count: 100 }
`;

const load = (text: string): Scenario =>
  loadText(`scenario: x\n${topology}${text}`).resolve('default', 'default');

test('what a scenario leaves out is what the fields say', (t) => {
  const scenario = load('');
  t.like(scenario, { seed: 1, repeat: 7, limitNs: 60_000_000_000, about: '' });
  t.like(scenario.traffic[0]!, {
    generator: 'stream',
    openedBy: 'phone[1]',
    transport: 'udp',
    family: 4,
    payloadBytes: 1_200,
    startNs: 0,
    timeoutNs: 1_000_000_000,
    background: false,
  });
});

test('another seed may be given from outside', (t) => {
  t.is(loadText(`scenario: x\nseed: 4\n${topology}`).resolve('default', 'default', 99).seed, 99);
});

const eventOf = (text: string): EventModel => load(`events:\n  e: ${text}\n`).events[0]!;

test('an event changes the fields that it names, in both directions', (t) => {
  const { change, times, forNs } = eventOf(
    '{ at: 1 s, link: wan, set: { loss: 100 %, delay: 50 ms }, for: 2 s }',
  );
  const patch = { loss: { model: 'independent', ratio: 1 }, delayNs: 50_000_000 };
  t.deepEqual(change, { kind: 'link-set', link: 'wan', toward: { home: patch, server: patch } });
  t.deepEqual([times, forNs], [1, 2_000_000_000]);
});

test('an event may change one direction of one member', (t) => {
  const { change } = eventOf("{ at: 1 s, link: 'wifi[2]', toward: phone, set: { up: false } }");
  t.deepEqual(change, { kind: 'link-set', link: 'wifi[2]', toward: { 'phone[2]': { up: false } } });
});

test("an event's queue is reckoned with what the link has then", (t) => {
  // 80 Mbit/s over 10 ms there and back is 100 000 bytes.
  const { change } = eventOf('{ at: 1 s, link: wan, set: { rate: 80 Mbit/s, queue: 1 bdp } }');
  if (change.kind !== 'link-set') return t.fail();
  t.is(change.toward['server']!.queue!.limitBytes, 100_000);
});

const changes: readonly (readonly [string, EventModel['change']])[] = [
  ['{ at: 1 s, link: wan, do: down }', { kind: 'link-down', link: 'wan' }],
  ['{ at: 1 s, link: wan, do: up }', { kind: 'link-up', link: 'wan' }],
  ['{ at: 1 s, node: server, do: crash, for: 3 s }', { kind: 'node-crash', node: 'server' }],
  ['{ at: 1 s, node: server, do: restart }', { kind: 'node-restart', node: 'server' }],
  ['{ at: 1 s, node: home, do: reboot }', { kind: 'nat-reboot', node: 'home' }],
  [
    '{ at: 1 s, node: server, do: skew, drift: -50 ppm, offset: -2 ms }',
    { kind: 'clock-skew', node: 'server', driftRatio: -0.00005, offsetNs: -2_000_000 },
  ],
];

for (const [text, change] of changes) {
  test(`the event ${text} is ${change.kind}`, (t) => {
    t.deepEqual(eventOf(text).change, change);
  });
}

test('an event that repeats goes on without end unless it is told how often', (t) => {
  t.is(
    eventOf('{ at: 1 s, link: wan, do: down, for: 1 s, every: 5 s }').times,
    Number.POSITIVE_INFINITY,
  );
  t.is(eventOf('{ at: 1 s, link: wan, do: down, for: 1 s, every: 5 s, times: 3 }').times, 3);
});

test('measures and expectations keep their order and their text', (t) => {
  const { measures, expectations } = load(
    'measure:\n  a: { what: goodput, of: talk, window: [5 s, 25 s] }\n  b: { what: count, of: talk, kind: datagram.received, where: { n: 3 } }\nexpect:\n  e: { that: a >= 1 Mbit/s, kind: ceiling }\n',
  );
  t.like(measures[0]!, {
    name: 'a',
    pick: 'median',
    window: { fromNs: 5_000_000_000, toNs: 25_000_000_000 },
  });
  t.deepEqual(measures[1]!.where, { n: 3 });
  t.like(expectations[0]!, { text: 'a >= 1 Mbit/s', kind: 'ceiling', at: undefined });
});

const repeats: readonly (readonly [string, PlannedLooks])[] = [
  ['', { samples: { first: 7, most: 15 }, pairs: { first: 10, most: 20 } }],
  ['repeat: 3', { samples: { first: 3, most: 7 }, pairs: { first: 3, most: 7 } }],
  ['repeat: { first: 29, most: 29 }', both({ first: 29, most: 29 })],
];

function both(looks: Looks): PlannedLooks {
  return { samples: looks, pairs: looks };
}

for (const [text, looks] of repeats) {
  test(`${text || 'no repeat'} is ${looks.samples.first} samples, then ${looks.samples.most}`, (t) => {
    const scenario = load(`${text}\n`);
    t.deepEqual(scenario.looks, looks);
    t.is(scenario.repeat, looks.samples.first);
  });
}

test('an expectation says how much it counts, and what it is held against', (t) => {
  const { expectations } = load(
    'measure: { a: { what: one-way-delay, of: talk } }\nexpect:\n  e: { that: a, against: baseline, margin: 10 %, better: lower, severity: warn, known-failing: { issue: slow, until: 2028-02-29 } }\n  f: { that: a < 1 s }\n',
  );
  t.like(expectations[0]!, {
    against: 'baseline',
    marginRatio: 0.1,
    better: 'lower',
    severity: 'warn',
    knownFailing: { issue: 'slow', until: '2028-02-29' },
  });
  t.like(expectations[1]!, {
    against: undefined,
    marginRatio: undefined,
    better: undefined,
    severity: 'fail',
    knownFailing: undefined,
  });
});

test('a program may name a node wherever its settings hold one', (t) => {
  const { programs } = load(
    'programs:\n  probe: { on: "phone[1]", run: nat-probe, with: { server: { node: server, link: wan }, ports: [3478, 3479] } }\n  own: { on: server, run: [./x], with: { peers: [{ node: home }] } }\n',
  );
  t.deepEqual(programs[0]!.with, { server: { node: 'server', link: 'wan' }, ports: [3478, 3479] });
  t.deepEqual(programs[1]!.run, ['./x']);
});

test('transports that no lab carries yet are read', (t) => {
  const text = `scenario: x\n${topology.replace('rate: 1 Mbit/s, count: 100', 'bytes: 8 MiB, transport: own')}`;
  const { traffic } = loadText(text).resolve('default', 'default');
  t.like(traffic[0]!, { transport: 'own', bytes: 8_388_608, rateBps: undefined });
});

test('background traffic need not end', (t) => {
  const text = `scenario: x\n${topology.replace('count: 100', 'background: true')}`;
  t.deepEqual(
    complaintsOn(() => loadText(text)),
    [],
  );
});
