/**
 * A flow that is watched by its packets against the same flow's own records: Ropewalk's datagrams are
 * numbered, so that both must say the same to the nanosecond, whatever the link does to them.
 */
import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../../src/base/property-runs.conformance.ts';
import { nsPerSecond } from '../../../src/base/time.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { measureSample } from '../../measure/measure-sample.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../plan/testing-topology.ts';
import { runSample } from '../../run/sample.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { EventModel, MeasureModel, Scenario, WatchModel } from '../../schema/model.ts';
import { createSimLab } from './sim-lab.ts';

const payloadBytes = 1_000;

async function run(drawn: Scenario) {
  const plan = planScenario(drawn);
  const progress = { note: () => {}, holds: () => false, describe: () => undefined };
  const { signal } = new AbortController();
  const sample = await runSample({ lab: createSimLab(), plan, progress, signal });
  return { ...sample, metrics: measureSample(drawn.measures, { plan, ...sample }) };
}

type Settings = Partial<DirectionSettings>;

const kinds = ['loss', 'reordering', 'duplication', 'delivery-gap', 'goodput'] as const;

/** Of both: while only data moves, which is after the opening and before the end. */
function measuresOf(of: string): MeasureModel[] {
  const window = { fromNs: ms(100), toNs: ms(700) };
  const none = { around: undefined, kind: undefined, where: {}, pick: 'max' } as const;
  return kinds.map((what) => ({ ...none, name: `${of}-${what}`, what, of, window }));
}

const page: WatchModel = {
  ...{ name: 'page', from: 'server', to: 'phone', protocol: 'udp', port: 40_001 },
};

/** From shortly after the opening on, so that the opening is what it is. */
function becomes(settings: Settings): EventModel {
  const toward = { phone: settings, home: settings };
  return {
    ...{ name: 'worse', forNs: undefined, everyNs: undefined, times: 1 },
    trigger: { kind: 'at', timeNs: ms(3_050) },
    change: { kind: 'link-set', link: 'wifi', toward },
  };
}

/** The phone behind a NAT box downloads for 0.8 s; the last link does what is asked. */
function download(wifi: Settings, seed = 1, watch: Partial<WatchModel> = {}): Scenario {
  const nodes = [
    node('phone', 'terminal'),
    node('home', 'nat', { inside: ['wifi'] }),
    node('server', 'host'),
  ];
  const wire = { rateBps: 20_000_000, delayNs: ms(5) };
  const links = [link('wifi', ['phone', 'home'], wire), link('wan', ['home', 'server'], wire)];
  const stream = {
    openedBy: 'phone',
    count: 100,
    rateBps: 1_000_000,
    payloadBytes,
    startNs: ms(3_000),
  };
  // Neighbours are asked for before the first packet leaves, but not before the program sends it.
  const warm = { generator: 'request-response', count: 20, intervalNs: ms(100) } as const;
  return scenario(
    { nodes, links },
    {
      seed,
      traffic: [
        traffic('warm', 'phone', 'server', warm),
        traffic('download', 'server', 'phone', stream),
      ],
      events: [becomes(wifi)],
      watches: [{ ...page, ...watch }],
      measures: [...measuresOf('download'), ...measuresOf('page')],
    },
  );
}

/** Of a record each packet that it has in its columns, or itself. */
function unfold({ tNs, n, bytes, ...record }: TraceRecord) {
  if (!Array.isArray(n)) return [{ tNs, n: Number(n), bytes: Number(bytes) }];
  const [times, sizes] = [record['atNs'], bytes] as number[][];
  return n.map((number, at) => ({ tNs: times![at]!, n: Number(number), bytes: sizes![at]! }));
}

/** When data went by, and which: what either kind of record says. */
function arrivals(records: readonly TraceRecord[], kind: string, flow: string) {
  return records
    .filter((record) => record.kind === kind && record['flow'] === flow)
    .flatMap(unfold)
    .filter(({ bytes }) => bytes === payloadBytes);
}

/** Watched packets have the opening's answer among them: numbers are compared by their rank. */
function ranked(all: readonly { readonly tNs: number; readonly n: number }[]) {
  const order = [...new Set(all.map(({ n }) => n))].toSorted((a, b) => a - b);
  return all.map(({ tNs, n }) => [tNs, order.indexOf(n)]);
}

const hostile = fc.record({
  lossRatio: fc.constantFrom(0, 0.05, 0.3),
  duplicateRatio: fc.constantFrom(0, 0.05, 0.3),
  reorderRatio: fc.constantFrom(0, 0.05, 0.3),
  jitterNs: fc.constantFrom(0, ms(4)),
  seed: fc.nat(1_000),
});

test('what is watched is what arrives, to the nanosecond, whatever the link does', async (t) => {
  await fc.assert(
    fc.asyncProperty(hostile, async ({ lossRatio, reorderRatio, seed, ...others }) => {
      const wifi = {
        loss: { model: 'independent', ratio: lossRatio },
        reorder: { ratio: reorderRatio, holdNs: ms(25) },
        ...others,
      } as const;
      const { records, metrics, outcome } = await run(download(wifi, seed));
      t.deepEqual(outcome, { kind: 'finished' });
      const own = arrivals(records, 'datagram.received', 'download');
      const seen = arrivals(records, 'packets.received', 'page');
      t.deepEqual(ranked(seen), ranked(own));
      for (const what of kinds)
        t.deepEqual(metrics[`page-${what}`], metrics[`download-${what}`], what);
    }),
    propertyRuns(40),
  );
});

test('a link that does nothing to packets shows neither loss nor disorder', async (t) => {
  const { metrics } = await run(download({}));
  for (const what of ['loss', 'reordering', 'duplication']) {
    t.like(metrics[`page-${what}`], { value: 0 }, what);
  }
  t.like(metrics['page-delivery-gap'], { value: ms(8) }, 'a datagram each 8 ms');
  t.like(metrics['page-goodput'], { value: 1_000_000 });
});

test('a packet that is changed on its way is lost, and is seen to be corrupt', async (t) => {
  const { metrics, records } = await run(download({ corruptRatio: 0.2 }));
  const lost = metrics['page-loss'];
  t.true(lost?.kind === 'value' && lost.value > 0.05);
  t.deepEqual(lost, metrics['download-loss']);
  t.true(records.some(({ kind, flow }) => kind === 'datagram.corrupt' && flow === 'page'));
});

test('what another port carries is not of the flow, and neither is another protocol', async (t) => {
  for (const other of [{ port: 9 }, { protocol: 'tcp' }] as const) {
    const { metrics, records } = await run(download({}, 1, other));
    t.deepEqual(arrivals(records, 'packets.received', 'page'), []);
    t.like(metrics['page.bytes'], { reason: 'page was never opened' });
  }
});

test('the way back of a flow is another one', async (t) => {
  const { metrics } = await run(download({}, 1, { from: 'phone', to: 'server' }));
  // The opening, and the answer to the end, of 24 bytes each.
  t.like(metrics['page.bytes'], { value: 48 });
});

test('a flow may be asked about while the run goes on, and opens when its first packet leaves', async (t) => {
  const { records, t0Ns } = await run(download({}));
  const opened = records.filter(({ kind, flow }) => kind === 'flow.opened' && flow === 'page');
  t.is(opened.length, 1);
  t.is(opened[0]!.tNs, t0Ns + 3 * nsPerSecond);
});

test('a flow whose packets are cut into fragments is given up, and says so', async (t) => {
  const drawn = download({});
  const [warm, stream] = drawn.traffic;
  const traffic = [warm!, { ...stream!, payloadBytes: 2_000 }];
  const { metrics } = await run({ ...drawn, traffic });
  t.like(metrics['download.lost'], { value: 0 });
  const reason = 'packets of page are cut into fragments, which cannot be told apart';
  for (const name of ['page.bytes', 'page.lost', 'page-goodput', 'page-delivery-gap']) {
    t.deepEqual(metrics[name], { kind: 'missing', reason }, name);
  }
});

test('what a server sends to another host is not of the flow', async (t) => {
  const drawn = download({});
  const tablet = node('tablet', 'terminal');
  const third = link('third', ['tablet', 'server'], { rateBps: 20_000_000 });
  const { nodes, links } = drawn.topology;
  const topology = { nodes: [...nodes, tablet], links: [...links, third] };
  const other = traffic('other', 'server', 'tablet', {
    openedBy: 'tablet',
    count: 50,
    payloadBytes,
  });
  const { records } = await run({
    ...drawn,
    topology,
    traffic: [...drawn.traffic, other],
    watches: [{ ...page, port: undefined }],
  });
  const sent = arrivals(records, 'packets.sent', 'page');
  // 20 answers to the pings of the phone are of the flow too, where no port is named.
  t.is(sent.length, 120);
});
