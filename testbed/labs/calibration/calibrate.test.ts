import test from 'ava';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../plan/testing-topology.ts';
import type { TraceSettings } from '../../schema/link-settings.ts';
import type { LinkModel } from '../../schema/model.ts';
import { type Bench, calibrate } from './calibrate.ts';
import { type CalibrationCache, noCache } from './calibration-cache.ts';
import type { CalibrationRow, LinkSeen } from './judge-calibration.ts';
import { trustedLab } from './trusted-lab.ts';

const nodes = [
  node('phone', 'terminal'),
  node('home', 'nat', { inside: ['wifi'] }),
  node('server', 'host'),
];

function planOf(...links: readonly LinkModel[]) {
  return planScenario(scenario({ nodes, links }));
}

const wifi = link('wifi', ['phone', 'home'], { rateBps: 50e6, delayNs: ms(10) });
const wan = link('wan', ['home', 'server'], { delayNs: ms(5) });
const usual = planOf(wifi, wan);

const well: LinkSeen = { delaysNs: [], rateBps: undefined, isRateMeasured: true };

/** Shows each link as it was asked for, but so much later, and each box as it is. */
function benchWith(lateNs: (attempt: number) => number) {
  const asked: string[][] = [];
  const bench: Bench = {
    measureLinks: async (settings) => {
      asked.push(settings.map(({ delayNs }) => `${delayNs / 1e6} ms`));
      const late = lateNs(asked.length);
      return settings.map(({ delayNs, rateBps }) => ({
        ...well,
        delaysNs: [delayNs + late, delayNs + late, delayNs + late],
        rateBps,
      }));
    },
    classifyBoxes: async (boxes) =>
      boxes.map(({ settings: { mapping, filtering } }) => ({
        ...{ mapping, filtering },
        ...{ mappingAfterStray: mapping, filteringAfterStray: filtering },
      })),
  };
  return { bench, asked };
}

function standingsOf(rows: readonly CalibrationRow[]): string[] {
  return rows.map(({ setting, what, standing }) => `${setting} ${what}: ${standing}`);
}

function memory(): CalibrationCache & { readonly kept: Map<string, readonly CalibrationRow[]> } {
  const kept = new Map<string, readonly CalibrationRow[]>();
  const keyOf = (setting: object) =>
    JSON.stringify(setting, (_, value) =>
      value === Number.POSITIVE_INFINITY ? 'unlimited' : value,
    );
  return {
    kept,
    find: (setting) => kept.get(keyOf(setting)),
    keep: (setting, rows) => kept.set(keyOf(setting), rows),
  };
}

test('each distinct setting is looked at once: delay, rate where there is one, and boxes', async (t) => {
  const { bench, asked } = benchWith(() => 0);
  const rows = await calibrate([usual, usual], bench, noCache);
  t.deepEqual(asked, [['10 ms', '5 ms']]);
  t.deepEqual(standingsOf(rows), [
    '50 Mbit/s, 10 ms delay: within',
    '50 Mbit/s, 10 ms rate: within',
    'unlimited, 5 ms delay: within',
    'home mapping: within',
    'home filtering: within',
    'home mapping after a stray packet: within',
    'home filtering after a stray packet: within',
  ]);
});

test('what is late by more than 0.5 ms and 2 % is off, and is looked at three times first', async (t) => {
  const { bench, asked } = benchWith(() => 600_000);
  const rows = await calibrate([usual], bench, noCache);
  t.is(asked.length, 3);
  t.deepEqual(
    rows.filter(({ standing }) => standing === 'off').map(({ setting }) => setting),
    ['50 Mbit/s, 10 ms', 'unlimited, 5 ms'],
  );
  const near = benchWith(() => 400_000);
  t.true(
    (await calibrate([usual], near.bench, noCache)).every(({ standing }) => standing === 'within'),
  );
});

test('a moment in which the machine was busy is none the next time', async (t) => {
  const { bench, asked } = benchWith((attempt) => (attempt === 1 ? 5e6 : 0));
  const rows = await calibrate([usual], bench, noCache);
  t.is(asked.length, 2);
  t.true(rows.every(({ standing }) => standing === 'within'));
});

test('what was within is known from then on, by its settings and not by its name; what is off is not', async (t) => {
  const cache = memory();
  const first = benchWith(() => 0);
  await calibrate([usual], first.bench, cache);
  const again = benchWith(() => 5e6);
  const other = planScenario(
    scenario({
      nodes: [nodes[0]!, { ...nodes[1]!, name: 'flat' }, nodes[2]!],
      links: [
        link('wifi', ['phone', 'flat'], { rateBps: 50e6, delayNs: ms(10) }),
        link('wan', ['flat', 'server'], { delayNs: ms(7) }),
      ],
    }),
  );
  const rows = await calibrate([other], again.bench, cache);
  t.deepEqual(again.asked, [['7 ms'], ['7 ms'], ['7 ms']]);
  t.true(rows.some(({ setting }) => setting === 'flat'));
  t.is(rows.filter(({ standing }) => standing === 'off').length, 1);
  t.false([...cache.kept.values()].flat().some(({ standing }) => standing === 'off'));
});

test('a cable has nothing to measure, and a trace no one figure', async (t) => {
  const trace: TraceSettings = {
    kind: 'steps',
    steps: [],
    periodNs: ms(1),
    loop: true,
    offsetNs: 0,
  };
  const plan = planOf({ ...wifi, engine: 'direct' }, link('wan', ['home', 'server'], { trace }));
  const { bench, asked } = benchWith(() => 0);
  const rows = await calibrate([plan], bench, noCache);
  t.deepEqual(asked, []);
  t.true(rows.every(({ setting }) => setting === 'home'));
});

test('a box that behaves otherwise is off, and one with an open input may change after a stray', async (t) => {
  const { bench } = benchWith(() => 0);
  const stray: Bench = {
    ...bench,
    classifyBoxes: async (boxes) =>
      (await bench.classifyBoxes(boxes)).map((seen) => ({
        ...seen!,
        mappingAfterStray: 'address-and-port-dependent',
      })),
  };
  const off = await calibrate([usual], stray, noCache);
  t.deepEqual(
    off.filter(({ standing }) => standing === 'off').map(({ what }) => what),
    ['mapping after a stray packet'],
  );
  const open = planScenario(
    scenario({
      nodes: [
        nodes[0]!,
        node('home', 'nat', { inside: ['wifi'], nat: { openInput: true } }),
        nodes[2]!,
      ],
      links: [wifi, wan],
    }),
  );
  t.true((await calibrate([open], stray, noCache)).every(({ standing }) => standing === 'within'));
});

test('a lab that is off says so in one sentence, and is not asked twice', async (t) => {
  const { bench, asked } = benchWith(() => 2e6);
  const bare = {
    name: 'netns',
    lacks: () => [],
    up: () => Promise.reject(new Error('not here')),
  } as const;
  const lab = trustedLab(bare, noCache, bench);
  const said =
    'the rig is off its calibration: delay of 50 Mbit/s, 10 ms is 12 ms, worst 12 ms where 10 ms is asked for';
  t.is(await lab.doubt!(usual), said);
  t.is(await lab.doubt!(usual), said);
  t.is(asked.length, 3);
  t.is(await trustedLab(bare, noCache, benchWith(() => 0).bench).doubt!(usual), undefined);
});
