import test from 'ava';
import { never, nsPerSecond } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import type { Topology } from '../schema/model.ts';
import { parseExpression } from '../schema/parse-expression.ts';
import { factNames } from './fact-table.ts';
import { evaluateFact } from './facts.ts';
import type { Plan } from './plan.ts';
import { planScenario } from './plan-scenario.ts';
import { link, ms, node, scenario } from './testing-topology.ts';

const bytesQueue = (limitBytes: number): DirectionSettings['queue'] => ({
  limitFrames: never,
  limitBytes,
  discipline: { kind: 'drop-tail' },
});
const framesQueue = (limitFrames: number): DirectionSettings['queue'] => ({
  ...bytesQueue(never),
  limitFrames,
});

/** phone - wifi - home (NAT) - wan - gateway - core - server, and phone - lte - gateway. */
const dualHomed: Topology = {
  nodes: [
    node('phone', 'terminal'),
    node('home', 'nat', { inside: ['wifi'] }),
    node('gateway', 'proxy'),
    node('server', 'host'),
  ],
  links: [
    link('wifi', ['phone', 'home'], { rateBps: 50e6, delayNs: ms(10), queue: framesQueue(100) }),
    link(
      'lte',
      ['phone', 'gateway'],
      { rateBps: 20e6, delayNs: ms(30), queue: bytesQueue(150_000) },
      { phone: { rateBps: 40e6, delayNs: ms(35) } },
    ),
    link('wan', ['home', 'gateway'], { delayNs: ms(5) }),
    link('core', ['gateway', 'server'], { delayNs: ms(1), queue: framesQueue(never) }),
  ],
};
const plan = planScenario(scenario(dualHomed));

function ask(text: string, of: Plan = plan) {
  const reading = parseExpression(text);
  if (reading.kind !== 'expression' || reading.expression.kind !== 'call') throw new Error(text);
  const call = reading.expression;
  return evaluateFact(of, { name: call.name, arguments: call.arguments });
}

const known: readonly (readonly [string, number])[] = [
  // One link: the sum of its directions.
  ['rtt(wifi)', ms(20)],
  ['rtt(lte)', ms(65)],
  // 10 + 5 there, the same back; with lte 30 up and 35 down.
  ['rtt(phone, gateway via wifi)', ms(30)],
  ['rtt(phone, gateway via lte)', ms(65)],
  // Without via, the terminal's first default route.
  ['rtt(phone, server)', ms(32)],
  ['owd(phone, gateway via lte)', ms(30)],
  ['owd(gateway, phone via lte)', ms(35)],
  // The server has one link: `via` is the last link of the way.
  ['owd(server, phone via lte)', ms(36)],
  // From outside, by the door of the NAT box that the phone opened before.
  ['owd(gateway, phone via wan)', ms(15)],
  ['owd(server, phone via wifi)', ms(16)],
  ['rtt(server, phone via wifi)', ms(32)],
  ['owd(lte toward phone)', ms(35)],
  ['delay(lte toward gateway)', ms(30)],
  ['delay(wifi)', ms(10)],
  ['rate(lte toward phone)', 40e6],
  ['rate(wifi)', 50e6],
  // 50 Mbit/s x 1420 / 1514.
  ['capacity(wifi toward phone)', (50e6 * 1_420) / 1_514],
  ['capacity(phone, server via lte)', (20e6 * 1_420) / 1_514],
  // 100 frames of 1 514 bytes at 50 Mbit/s.
  ['queueing(wifi)', (100 * 1_514 * 8 * nsPerSecond) / 50e6],
  // 150 000 bytes at 20 Mbit/s: 60 ms; the other direction is twice as fast.
  ['queueing(lte)', ms(60)],
  ['queueing(lte toward phone)', ms(30)],
  // An unlimited rate keeps nothing waiting.
  ['queueing(core)', 0],
  // 50 Mbit/s x 20 ms.
  ['bdp(wifi toward home)', 125_000],
  // 1 200 + 8 + 20 + 14 bytes at 50 Mbit/s.
  ['transmission(wifi toward phone, 1200 B)', 198_720],
];

for (const [text, value] of known) {
  test(`${text} is ${value}`, (t) => {
    const name = text.slice(0, text.indexOf('(')) as keyof typeof factNames;
    t.deepEqual(ask(text), { value, dimension: factNames[name].dimension });
  });
}

const refused: readonly (readonly [string, string, string | undefined])[] = [
  ['rttt(wifi)', 'there is no fact rttt', 'did you mean rtt?'],
  ['rtt(wify)', 'there is no link wify', 'did you mean wifi?'],
  ['rtt(phone)', 'phone is a node', 'name a link, or two nodes: (phone, …)'],
  ['rtt(phone, wan)', 'wan is a link', 'write (wan) alone, or two nodes'],
  ['rtt(phone, servr)', 'there is no node servr', 'did you mean server?'],
  ['rtt(phone, server via core2)', 'there is no link core2', 'did you mean core?'],
  [
    'rtt(phone, gateway via core)',
    'phone has no way to gateway by core over IPv4',
    'terminals, hosts and relays pass nothing on: join them by a router',
  ],
  [
    'rtt(phone, server via wan)',
    'wan is a link neither of phone nor of server',
    'the links of phone are wifi, lte',
  ],
  [
    'rate(lte)',
    'the two directions of lte differ',
    'write rate(lte toward phone) or rate(lte toward gateway)',
  ],
  [
    'rate(lte toward server)',
    'lte does not lead to server',
    'lte toward phone, or lte toward gateway',
  ],
  [
    'rate(wan toward home)',
    'the rate of wan toward home is unlimited',
    'give wan a rate, such as 50 Mbit/s',
  ],
  [
    'capacity(gateway, server)',
    'no link of this way has a rate limit',
    'give one of its links a rate',
  ],
  [
    'transmission(wifi toward phone)',
    'transmission does not take these arguments',
    'write transmission(link toward node, size)',
  ],
  ['transmission(wifi, 1200)', 'transmission needs a size', 'write a size such as 1200 B'],
  [
    'transmission(wifi, 1473 B)',
    '1473 B is more than one frame',
    '1472 B of payload fit one frame of wifi',
  ],
  ['delay(phone, server)', 'delay does not take these arguments', 'write delay(link toward node)'],
  ['rtt(phone, server, wifi)', 'rtt does not take these arguments', undefined],
];

for (const [text, problem, hint] of refused) {
  test(`${text}: ${problem}`, (t) => {
    t.like(ask(text), hint === undefined ? { problem } : { problem, hint });
  });
}

test('the rate of a trace is the mean over its period', (t) => {
  const steps = (rates: readonly [number, number][]) => ({
    kind: 'steps' as const,
    steps: rates.map(([timeNs, rateBps]) => ({
      timeNs,
      rateBps,
      delayNs: undefined,
      lossRatio: undefined,
    })),
    periodNs: 10 * nsPerSecond,
    loop: true,
    offsetNs: 3,
  });
  const traced = (trace: DirectionSettings['trace']) =>
    planScenario(
      scenario({
        nodes: [node('a', 'host'), node('b', 'host')],
        links: [link('x', ['a', 'b'], { rateBps: 1, delayNs: ms(7), trace })],
      }),
    );
  // 2 s of 10 Mbit/s and 8 s of 5 Mbit/s.
  const halves = traced(
    steps([
      [0, 10e6],
      [2 * nsPerSecond, 5e6],
    ]),
  );
  t.deepEqual(ask('rate(x)', halves), { value: 6e6, dimension: 'rate' });
  t.deepEqual(ask('rtt(x)', halves), { value: ms(14), dimension: 'time' });
  // Three opportunities for a full frame of 1 514 bytes in 12 ms.
  const opportunitiesNs = [ms(4), ms(5), ms(12)];
  const cells = traced({ kind: 'mahimahi', opportunitiesNs, loop: true, offsetNs: 0 });
  t.deepEqual(ask('rate(x)', cells), { value: (3 * 1_514 * 8) / 0.012, dimension: 'rate' });
  t.deepEqual(ask('capacity(x)', cells), { value: (3 * 1_420 * 8) / 0.012, dimension: 'rate' });
});

test('a link without any queue limit and with a rate has no bound on its queueing', (t) => {
  const endless = planScenario(
    scenario({
      nodes: [node('a', 'host'), node('b', 'host')],
      links: [link('x', ['a', 'b'], { rateBps: 1e6, queue: framesQueue(never) })],
    }),
  );
  t.deepEqual(ask('queueing(x)', endless), {
    problem: 'the queue of x toward a is unlimited',
    hint: 'give x a queue, such as 100 packets',
  });
});

test('a way through switches counts each of their links', (t) => {
  const lan = planScenario(
    scenario({
      nodes: [
        node('a', 'host'),
        node('s1', 'switch'),
        node('s2', 'switch'),
        node('s3', 'switch'),
        node('b', 'host'),
      ],
      links: [
        link('x', ['a', 's1'], { delayNs: ms(1) }),
        link('s1-s2', ['s1', 's2'], { delayNs: ms(2) }, { s1: { delayNs: ms(20) } }),
        link('s2-s3', ['s3', 's2'], { delayNs: ms(4) }, { s2: { delayNs: ms(40) } }),
        link('y', ['s3', 'b'], { delayNs: ms(8) }),
      ],
    }),
  );
  t.like(ask('owd(a, b)', lan), { value: ms(1 + 2 + 4 + 8) });
  t.like(ask('owd(b, a)', lan), { value: ms(8 + 40 + 20 + 1) });
});

test('two homes reach each other by the doors of their NAT boxes', (t) => {
  const homes = planScenario(
    scenario({
      nodes: [
        node('left', 'terminal'),
        node('left-box', 'nat', { inside: ['left-lan'] }),
        node('isp', 'router'),
        node('right-box', 'nat', { inside: ['right-lan'] }),
        node('right', 'terminal'),
      ],
      links: [
        link('left-lan', ['left', 'left-box'], { delayNs: ms(1) }),
        link('left-wan', ['left-box', 'isp'], { delayNs: ms(2) }),
        link('right-wan', ['isp', 'right-box'], { delayNs: ms(4) }),
        link('right-lan', ['right-box', 'right'], { delayNs: ms(8) }),
      ],
    }),
  );
  t.like(ask('owd(left, right)', homes), { value: ms(15) });
  t.like(ask('rtt(left, right)', homes), { value: ms(30) });
});
