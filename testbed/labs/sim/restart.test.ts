/** Nodes that crash and restart under traffic, from end to end in virtual time. */
import test from 'ava';
import { nsPerSecond } from '../../../src/base/time.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../plan/testing-topology.ts';
import { runSample } from '../../run/sample.ts';
import type { EventModel, TrafficModel } from '../../schema/model.ts';
import { createSimLab } from './sim-lab.ts';

type Verb = 'crash' | 'restart';

function eventOn(target: string, verb: Verb, atMs: number, forMs?: number): EventModel {
  return {
    name: `${verb}-${target}-${atMs}`,
    trigger: { kind: 'at', timeNs: ms(atMs) },
    forNs: forMs === undefined ? undefined : ms(forMs),
    everyNs: undefined,
    times: 1,
    change: { kind: `node-${verb}`, node: target },
  };
}

/** The phone opens toward the server unless the traffic says otherwise. */
async function run(options: Partial<TrafficModel>, events: readonly EventModel[]) {
  const nodes = [node('phone', 'terminal'), node('server', 'host')];
  const links = [link('wire', ['phone', 'server'], { rateBps: 10_000_000, delayNs: ms(10) })];
  const flow = traffic('flow', 'phone', 'server', options);
  const plan = planScenario(scenario({ nodes, links }, { traffic: [flow], events }));
  const progress = { note: () => {}, holds: () => false, describe: () => undefined };
  const { signal } = new AbortController();
  const sample = await runSample({ lab: createSimLab(), plan, progress, signal });
  const of = (kind: string) => sample.records.filter((record) => record.kind === kind);
  const after = (kind: string, timeMs: number) =>
    of(kind).filter(({ tNs }) => tNs > sample.t0Ns + ms(timeMs));
  return { ...sample, of, after };
}

const ask = {
  generator: 'request-response',
  count: 40,
  intervalNs: ms(50),
  timeoutNs: ms(100),
} as const;
/** 8 ms from one datagram to the next: 3.2 s. */
const stream = { count: 400 } as const;

test('a responder whose node crashes for a second answers again', async (t) => {
  const { outcome, after, of } = await run(ask, [eventOn('server', 'crash', 500, 1_000)]);
  t.deepEqual(outcome, { kind: 'finished' });
  t.true(of('request.timed-out').length > 0);
  t.is(after('response.received', 520).length, after('response.received', 1_500).length);
  t.true(after('response.received', 1_500).length > 10);
  t.deepEqual(
    of('program.stopped').map((one) => [one['id'], one['reason']]),
    [
      ['flow/responder', 'node-crashed'],
      ['flow/responder', 'run-over'],
    ],
  );
});

for (const openedBy of ['phone', 'server'] as const) {
  test(`a stream that the ${openedBy} opened finishes after its sink's node crashed for a second`, async (t) => {
    const events = [eventOn('server', 'crash', 1_000, 1_000)];
    const { outcome, of, after } = await run({ ...stream, openedBy }, events);
    t.deepEqual(outcome, { kind: 'finished' });
    t.true(after('datagram.received', 2_000).length > 100);
    t.is(of('flow.complete').length, 1);
    t.is(of('flow.complete')[0]!['received'], after('datagram.received', 2_000).length);
  });
}

test('a restart of a node that is up stops its programs and starts them at once', async (t) => {
  const { outcome, of, t0Ns } = await run(stream, [eventOn('server', 'restart', 1_000)]);
  t.deepEqual(outcome, { kind: 'finished' });
  const [stopped] = of('program.stopped');
  t.like(stopped, { id: 'flow/sink', reason: 'node-crashed', tNs: t0Ns + nsPerSecond });
  const ready = of('program.ready').filter((one) => one['id'] === 'flow/sink');
  t.deepEqual(
    ready.map(({ tNs }) => tNs),
    [0, t0Ns + nsPerSecond],
  );
});

test("a source's numbers begin at 1 again when its node restarts", async (t) => {
  const { outcome, of } = await run(stream, [eventOn('phone', 'restart', 1_000)]);
  t.deepEqual(outcome, { kind: 'finished' });
  t.is(of('datagram.sent').filter(({ n }) => n === 1).length, 2);
  t.is(of('datagram.sent').filter(({ n }) => n === 400).length, 1);
});

test('a crash without a restart fails the sample, which names it', async (t) => {
  const { outcome } = await run(stream, [eventOn('server', 'crash', 1_000)]);
  t.deepEqual(outcome, {
    kind: 'failed',
    reason: 'flow/sink on server stopped when its node crashed, and the node did not start again',
  });
});

test('a program that is due while its node is down starts when the node boots', async (t) => {
  const events = [eventOn('phone', 'crash', 500, 1_000)];
  const { outcome, of, t0Ns } = await run({ ...stream, startNs: ms(1_000) }, events);
  t.deepEqual(outcome, { kind: 'finished' });
  t.is(of('flow.opened')[0]!.tNs, t0Ns + ms(1_500));
});

test('a node that crashes while it is down boots once, when the longer crash ends', async (t) => {
  const events = [eventOn('server', 'crash', 500, 1_500), eventOn('server', 'crash', 1_000, 500)];
  const { outcome, of, t0Ns } = await run(ask, events);
  t.deepEqual(outcome, { kind: 'finished' });
  const ready = of('program.ready').filter((one) => one['id'] === 'flow/responder');
  t.deepEqual(
    ready.map(({ tNs }) => tNs),
    [0, t0Ns + ms(2_000)],
  );
});

test('a source that waits to be asked is not asked again after a restart, and is named', async (t) => {
  const events = [eventOn('phone', 'restart', 1_000)];
  const { outcome } = await run({ ...stream, openedBy: 'server' }, events);
  t.deepEqual(outcome, {
    kind: 'failed',
    reason:
      'flow/source on phone has not finished since its node crashed and started again, and nothing is left to happen',
  });
});
