import test from 'ava';
import { never, nsPerSecond } from '../../src/base/time.ts';
import type { LinkModel, Scenario } from '../schema/model.ts';
import { parseExpression } from '../schema/parse-expression.ts';
import { formatDryRun } from './dry-run.ts';
import { explainScenario } from './explain.ts';
import { linkTexts } from './link-text.ts';
import { planScenario } from './plan-scenario.ts';
import { link, ms, node, scenario, traffic } from './testing-topology.ts';

function expression(text: string) {
  const reading = parseExpression(text);
  if (reading.kind !== 'expression') throw new Error(reading.problem.message);
  return reading.expression;
}

const total = { model: 'independent', ratio: 1 } as const;
const failover: Scenario = scenario(
  {
    nodes: [
      node('phone', 'terminal'),
      node('home', 'nat', { inside: ['wifi'] }),
      node('gateway', 'proxy'),
    ],
    links: [
      {
        ...link('wifi', ['phone', 'home'], { rateBps: 50e6, delayNs: ms(10) }),
        notes: ['queue: 125 kB, 1 bdp (default)'],
      },
      link(
        'lte',
        ['phone', 'gateway'],
        { rateBps: 20e6, delayNs: ms(30), jitterNs: ms(5) },
        { phone: { rateBps: 40e6 } },
      ),
      link('wan', ['home', 'gateway'], { delayNs: ms(5) }),
    ],
  },
  {
    name: 'failover',
    about: 'The Wi-Fi goes silent.',
    repeat: 7,
    limitNs: 30 * nsPerSecond,
    programs: [{ name: 'echo', on: 'gateway', run: 'echo', with: { port: 7 } }],
    traffic: [
      traffic('download', 'gateway', 'phone', {
        openedBy: 'phone',
        via: 'wifi',
        bytes: 8_388_608,
        count: undefined,
      }),
    ],
    events: [
      {
        name: 'silence',
        trigger: { kind: 'after', condition: expression('download.bytes >= 2 MiB') },
        forNs: 6 * nsPerSecond,
        everyNs: undefined,
        times: 1,
        change: {
          kind: 'link-set',
          link: 'wifi',
          toward: { phone: { loss: total }, home: { loss: total } },
        },
      },
      {
        name: 'flap',
        trigger: { kind: 'at', timeNs: nsPerSecond, withinNs: ms(250) },
        forNs: ms(100),
        everyNs: nsPerSecond,
        times: 3,
        change: { kind: 'link-down', link: 'lte' },
      },
    ],
    expectations: [
      {
        name: 'nothing-lost',
        that: expression('download.lost == 0'),
        text: 'download.lost == 0',
        at: undefined,
        because: undefined,
        kind: 'bound',
        severity: 'fail',
        knownFailing: undefined,
        against: undefined,
        marginRatio: undefined,
        better: undefined,
      },
    ],
  },
);

test('explain says what a scenario means in words', (t) => {
  t.deepEqual(explainScenario(failover, planScenario(failover)).split('\n'), [
    'failover: The Wi-Fi goes silent.',
    '7 samples, 30 s at most each',
    '',
    'nodes',
    '  phone: terminal',
    '    wifi 192.168.0.1/29 2001:db8:0:1::1/64',
    '    lte 198.18.0.1/29 2001:db8:0:2::1/64',
    '  home: nat, inside wifi',
    '    wifi 192.168.0.2/29 2001:db8:0:1::2/64',
    '    wan 198.18.0.9/29 2001:db8:0:3::1/64',
    '  gateway: proxy',
    '    lte 198.18.0.2/29 2001:db8:0:2::2/64',
    '    wan 198.18.0.10/29 2001:db8:0:3::2/64',
    '',
    'links',
    '  wifi: phone – home, 50 Mbit/s, 10 ms one way, 20 ms there and back, queue 125 kB, 1 bdp (default)',
    '  lte: phone – gateway, 60 ms there and back',
    '    toward gateway: 20 Mbit/s, 30 ms one way, jitter 5 ms, queue 20 packets',
    '    toward phone: 40 Mbit/s, 30 ms one way, jitter 5 ms, queue 20 packets',
    '  wan: home – gateway, rate unlimited, 5 ms one way, 10 ms there and back, queue 20 packets',
    '',
    'programs',
    '  echo: echo on gateway',
    '',
    'traffic',
    '  download: stream from gateway to phone, 8 MiB, at 1 Mbit/s, 1000 B each; udp over IPv4, opened by phone via wifi',
    '',
    'events',
    '  flap: at 1 s, or up to 250 ms later: lte goes down, for 100 ms, every 1 s, 3 times',
    '  silence: after download.bytes >= 2 MiB: wifi: 100 % lost, for 6 s',
    '',
    'ways',
    '  phone to gateway (download): by wifi, wan; 15 ms one way, 30 ms there and back',
    '',
    'expect',
    '  nothing-lost: download.lost == 0',
    '',
  ]);
});

const common =
  '"flow":"download","generator":"stream","family":4,"bytes":8388608,"count":null,' +
  '"rateBps":1000000,"payloadBytes":1000,"forNs":null,"intervalNs":0,"timeoutNs":1000000000,' +
  '"onNs":0,"offNs":0';

test('a dry run prints all that is set up and started, in order', (t) => {
  const runs = { cases: ['a=1', 'a=2'], variants: ['default'], repeat: 7 };
  const lines = formatDryRun(planScenario(failover), runs)
    .replaceAll(/[0-9a-f]{2}(:[0-9a-f]{2}){5}/g, 'MAC')
    .split('\n');
  t.deepEqual(lines, [
    'failover, seed 1',
    '',
    'nodes',
    '  phone: terminal',
    '    wifi mac MAC mtu 1500 192.168.0.1/29 2001:db8:0:1::1/64',
    '    lte mac MAC mtu 1500 198.18.0.1/29 2001:db8:0:2::1/64',
    '    route default by wifi via 192.168.0.2 metric 1',
    '    route default by lte via 198.18.0.2 metric 2',
    '    route default (IPv6) by wifi via 2001:db8:0:1::2 metric 1',
    '    route default (IPv6) by lte via 2001:db8:0:2::2 metric 2',
    '  home: nat, forwards, inside wifi, outside wan',
    '    wifi mac MAC mtu 1500 192.168.0.2/29 2001:db8:0:1::2/64',
    '    wan mac MAC mtu 1500 198.18.0.9/29 2001:db8:0:3::1/64',
    '    route default by wan via 198.18.0.10',
    '    route default (IPv6) by wan via 2001:db8:0:3::2',
    '  gateway: proxy, forwards',
    '    lte mac MAC mtu 1500 198.18.0.2/29 2001:db8:0:2::2/64',
    '    wan mac MAC mtu 1500 198.18.0.10/29 2001:db8:0:3::2/64',
    '    route 2001:db8:0:1::/64 by wan via 2001:db8:0:3::1',
    '',
    'links',
    '  wifi: phone – home, engine model',
    '  lte: phone – gateway, engine model',
    '  wan: home – gateway, engine model',
    '',
    'programs, until each is ready',
    '  echo on gateway: echo {"port":7} (stopped at the end)',
    `  download/source on gateway: stream-source {${common},"role":"source","opens":false,"peer":null,"port":40000,"interface":null}`,
    '',
    'then, from the moment that all are ready',
    `  after 0 ns download/sink on phone: stream-sink {${common},"role":"sink","opens":true,"peer":{"address":"198.18.0.10","port":40000},"port":0,"interface":"wifi"}`,
    '',
    'events',
    '  flap: at 1 s, or up to 250 ms later: lte goes down, for 100 ms, every 1 s, 3 times',
    '  silence: after download.bytes >= 2 MiB: wifi: 100 % lost, for 6 s',
    '',
    'runs',
    '  case a=1',
    '  case a=2',
    '  variant default',
    "  2 cases × 1 variant × 7 repeats = 14 samples, 420 s of the network's time at most",
    '',
  ]);
});

const perfect: LinkModel = link('x', ['a', 'b'], {
  queue: { limitFrames: never, limitBytes: never, discipline: { kind: 'drop-tail' } },
});

function wordsOf(settings: Parameters<typeof link>[2]): string {
  return linkTexts(link('x', ['a', 'b'], { ...perfect.toward['a'], ...settings })).join('\n');
}

const worded: readonly (readonly [Parameters<typeof link>[2], string])[] = [
  [{}, 'rate unlimited, no delay, queue unlimited'],
  [{ loss: { model: 'independent', ratio: 0.005 } }, '0.5 % lost'],
  [
    {
      loss: {
        model: 'gilbert-elliott',
        goodToBadRatio: 0.005,
        badToGoodRatio: 0.2,
        lossInGoodRatio: 0,
        lossInBadRatio: 1,
      },
    },
    '100 % lost in bursts (0.5 % in, 20 % out), 0 % between',
  ],
  [{ loss: { model: 'list', frames: [3, 7] } }, 'frames 3, 7 lost'],
  [{ duplicateRatio: 0.01, corruptRatio: 0.02 }, '1 % duplicated, 2 % corrupted'],
  [{ reorder: { ratio: 0.01, holdNs: ms(3) } }, '1 % held back 3 ms'],
  [
    {
      queue: {
        limitFrames: never,
        limitBytes: 65_536,
        discipline: { kind: 'codel', targetNs: ms(5), intervalNs: ms(100) },
      },
    },
    'queue 64 KiB under CoDel',
  ],
  [{ mtuBytes: 1_280, up: false }, 'MTU 1280, down'],
  [
    { trace: { kind: 'mahimahi', opportunitiesNs: [ms(2), ms(5)], loop: true, offsetNs: 0 } },
    'rate by a mahimahi trace of 5 ms, looped',
  ],
];

for (const [settings, words] of worded) {
  test(`a link is worded: ${words}`, (t) => {
    t.true(wordsOf(settings).includes(words), wordsOf(settings));
  });
}

test('what was not asked for is said of the direction that it belongs to', (t) => {
  const noted = {
    ...link('x[3]', ['a[3]', 'b'], { rateBps: 1e6 }),
    notes: ['toward a: queue: 30.28 kB, 20 frames (default)'],
  };
  t.deepEqual(linkTexts(noted), [
    'x[3]: a[3] – b, no delay',
    '  toward b: 1 Mbit/s, queue 20 packets',
    '  toward a[3]: 1 Mbit/s, queue 30.28 kB, 20 frames (default)',
  ]);
});
