/** Traffic from end to end in virtual time: programs, lab, run and measures against physics. */
import test from 'ava';
import { nsPerSecond, serialisationNs } from '../../../src/base/time.ts';
import { measureSample } from '../../measure/measure-sample.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../plan/testing-topology.ts';
import { runSample } from '../../run/sample.ts';
import type { EventModel, MeasureModel, Scenario, TrafficModel } from '../../schema/model.ts';
import { createSimLab } from './sim-lab.ts';

const rateBps = 10_000_000;
const wire = { rateBps, delayNs: ms(10) };
/** A thousand bytes behind UDP, IPv4 and Ethernet headers. */
const frameNs = serialisationNs(1_000 + 8 + 20 + 14, rateBps);

async function run(drawn: Scenario) {
  const plan = planScenario(drawn);
  const progress = { note: () => {}, holds: () => false, describe: () => undefined };
  const { signal } = new AbortController();
  const sample = await runSample({ lab: createSimLab(), plan, progress, signal });
  return { ...sample, metrics: measureSample(drawn.measures, { plan, ...sample }) };
}

function measure(name: string, parts: Partial<MeasureModel>): MeasureModel {
  const none = { around: undefined, window: undefined, kind: undefined };
  return { name, what: 'rtt', of: 'download', pick: 'max', where: {}, ...none, ...parts };
}

function direct(
  options: Partial<TrafficModel>,
  settings: Parameters<typeof link>[2] = {},
  parts: Partial<Scenario> = {},
): Scenario {
  const nodes = [node('phone', 'terminal'), node('server', 'host')];
  const links = [link('wire', ['phone', 'server'], { ...wire, ...settings })];
  const download = traffic('download', 'server', 'phone', { openedBy: 'phone', ...options });
  return scenario({ nodes, links }, { traffic: [download], ...parts });
}

/** 100 % loss toward a node, from one time to the other. */
function deaf(toward: string, fromMs: number, toMs: number): EventModel {
  return {
    name: 'silence',
    trigger: { kind: 'at', timeNs: ms(fromMs) },
    forNs: ms(toMs - fromMs),
    everyNs: undefined,
    times: 1,
    change: {
      kind: 'link-set',
      link: 'wire',
      toward: { [toward]: { loss: { model: 'independent', ratio: 1 } } },
    },
  };
}

test('every datagram takes its serialisation and the delay of the link, to the nanosecond', async (t) => {
  const measures = (['min', 'p99', 'max'] as const).map((pick) =>
    measure(pick, { what: 'one-way-delay', pick }),
  );
  const { outcome, metrics } = await run(direct({ count: 100 }, {}, { measures }));
  t.deepEqual(outcome, { kind: 'finished' });
  const wanted = { kind: 'value', value: frameNs + ms(10), dimension: 'time' } as const;
  t.deepEqual(metrics['min'], wanted);
  t.deepEqual(metrics['p99'], wanted);
  // The first one leaves with the answer to the opening, of 24 bytes, and waits behind it.
  const answerNs = serialisationNs(24 + 8 + 20 + 14, rateBps);
  t.deepEqual(metrics['max'], { ...wanted, value: answerNs + frameNs + ms(10) });
  t.like(metrics['download.lost'], { value: 0 });
  t.like(metrics['download.bytes'], { value: 100_000 });
});

test('frames that the link loses are the datagrams that are missing', async (t) => {
  const loss = { model: 'list', frames: [50, 60, 70] } as const;
  const { metrics, records } = await run(direct({ count: 100 }, { loss }));
  t.like(metrics['download.lost'], { value: 3 });
  t.like(metrics['download.received'], { value: 97 });
  const complete = records.find(({ kind }) => kind === 'flow.complete');
  t.like(complete, { node: 'phone', received: 97 });
});

test('a source whose answers are lost for seconds finishes, because a finished sink still answers', async (t) => {
  const events = [deaf('server', 500, 3_500)];
  const { outcome, records } = await run(direct({ count: 100 }, {}, { events }));
  t.deepEqual(outcome, { kind: 'finished' });
  const times = new Map(
    records
      .filter(({ kind }) => kind === 'program.finished')
      .map(({ id, tNs }) => [id, tNs / nsPerSecond]),
  );
  t.true(times.get('download/sink')! < 2.5, 'a second after the last of 0.8 s');
  t.true(times.get('download/source')! > 3.5);
});

test('a silence shows as the gap that it is', async (t) => {
  const events = [deaf('phone', 300, 500)];
  const measures = [measure('gap', { what: 'delivery-gap', around: 'silence' })];
  const { metrics } = await run(direct({ count: 100 }, {}, { events, measures }));
  // One datagram each 8 ms: 25 of them in 200 ms are lost, and 26 spacings are between the rest.
  t.like(metrics['download.lost'], { value: 25 });
  t.like(metrics['gap'], { value: ms(26 * 8) });
  t.like(metrics['gap.before'], { value: ms(8) });
});

test('a phone behind a NAT box opens, and is streamed to', async (t) => {
  const drawn = scenario(
    {
      nodes: [
        node('phone', 'terminal'),
        node('home', 'nat', { inside: ['wifi'] }),
        node('server', 'host'),
      ],
      links: [link('wifi', ['phone', 'home'], wire), link('wan', ['home', 'server'], wire)],
    },
    { traffic: [traffic('download', 'server', 'phone', { openedBy: 'phone', count: 50 })] },
  );
  const { outcome, metrics } = await run(drawn);
  t.deepEqual(outcome, { kind: 'finished' });
  t.like(metrics['download.received'], { value: 50 });
});

for (const generator of ['poisson', 'on-off'] as const) {
  test(`${generator} traffic arrives whole`, async (t) => {
    const options = { generator, count: 100, onNs: ms(80), offNs: ms(200) };
    const { outcome, metrics } = await run(direct(options));
    t.deepEqual(outcome, { kind: 'finished' });
    t.like(metrics['download.received'], { value: 100 });
  });
}

const ping = {
  generator: 'request-response',
  intervalNs: ms(10),
  from: 'phone',
  to: 'server',
} as const;

test('a round trip is two frames and two delays', async (t) => {
  const measures = (['min', 'max'] as const).map((pick) => measure(pick, { pick }));
  const { outcome, metrics } = await run(direct({ ...ping, count: 20 }, {}, { measures }));
  t.deepEqual(outcome, { kind: 'finished' });
  t.like(metrics['min'], { value: 2 * (frameNs + ms(10)) });
  t.like(metrics['max'], { value: 2 * (frameNs + ms(10)) });
});

test('requests into a dead link time out and the run still finishes', async (t) => {
  // 40 ms to find the neighbour and to open, then a request each 31.7 ms: the seventh at 230 ms.
  const events = [deaf('server', 215, 30_000)];
  const { outcome, metrics } = await run(direct({ ...ping, count: 10 }, {}, { events }));
  t.deepEqual(outcome, { kind: 'finished' });
  t.like(metrics['download.timed-out'], { value: 4 });
  t.like(metrics['download.answered'], { value: 6 });
});

test('the same seed gives the same records, another one does not', async (t) => {
  const options = { generator: 'poisson', count: 50 } as const;
  const lossy = { loss: { model: 'independent', ratio: 0.1 } } as const;
  const once = await run(direct(options, lossy));
  const again = await run(direct(options, lossy));
  const other = await run(direct(options, lossy, { seed: 2 }));
  t.deepEqual(once.records, again.records);
  t.notDeepEqual(once.records, other.records);
});
