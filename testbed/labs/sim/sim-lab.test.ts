import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import { readPcapng } from '../../../src/wire/pcapng.ts';
import type { Plan } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../plan/testing-topology.ts';
import type { LinkModel } from '../../schema/model.ts';
import { createSimLab } from './sim-lab.ts';
import { ofKind, runPlan, type TestedRun } from './testing-run.ts';

const lossy = { delayNs: ms(5), loss: { model: 'independent', ratio: 0.1 } } as const;

function lossyPlan(seed: number, more: readonly LinkModel[] = []): Plan {
  return planScenario(
    scenario(
      {
        nodes: [node('a', 'host'), node('b', 'host'), node('c', 'host'), node('d', 'host')],
        links: [link('wire', ['a', 'b'], lossy), ...more],
      },
      { seed, traffic: [traffic('flow', 'a', 'b', { count: 200 })] },
    ),
  );
}

const dropsOf = (run: TestedRun): number[] => ofKind(run, 'link.dropped').map((one) => one.tNs);
test('the same seed gives the same records and the same capture, byte for byte', async (t) => {
  const first = await runPlan(lossyPlan(7));
  const second = await runPlan(lossyPlan(7));
  t.true(first.text.length > 10_000);
  t.is(first.text, second.text);
  t.true(first.capture.equals(second.capture));
});

test('another seed loses other frames', async (t) => {
  t.notDeepEqual(dropsOf(await runPlan(lossyPlan(7))), dropsOf(await runPlan(lossyPlan(8))));
});

test('a link more leaves the draws of the others as they were', async (t) => {
  const alone = await runPlan(lossyPlan(7));
  const beside = await runPlan(lossyPlan(7, [link('other', ['c', 'd'], lossy)]));
  t.true(dropsOf(alone).length > 0);
  t.deepEqual(dropsOf(alone), dropsOf(beside));
});

test('a frame takes its serialisation and its propagation, to the nanosecond', async (t) => {
  const plan = planScenario(
    scenario(
      {
        nodes: [node('a', 'host'), node('b', 'host')],
        links: [link('wire', ['a', 'b'], { delayNs: ms(10), rateBps: 1_000_000 })],
      },
      { traffic: [traffic('flow', 'a', 'b', { count: 3, rateBps: 80_000, payloadBytes: 1_000 })] },
    ),
  );
  const run = await runPlan(plan);
  const sent = ofKind(run, 'datagram.sent').map((one) => one.tNs);
  const received = ofKind(run, 'datagram.received').map((one) => one.tNs);
  // 1000 bytes and the headers of UDP, IPv4 and Ethernet: 1042 bytes are 8.336 ms at 1 Mbit/s.
  t.deepEqual(
    received.map((tNs, at) => tNs - sent[at]!),
    [18_336_000, 18_336_000, 18_336_000],
  );
});

test('a capture shows each frame leaving and arriving, or only leaving where it was lost', async (t) => {
  const run = await runPlan(lossyPlan(7));
  const blocks = readPcapng(run.capture);
  if (!Array.isArray(blocks)) return t.fail(blocks.malformed);
  const packets = blocks.filter((block) => block.kind === 'packet');
  const leaving = packets.filter((one) => one.direction === 'outbound').length;
  const arriving = packets.filter((one) => one.direction === 'inbound').length;
  t.is(leaving - arriving, ofKind(run, 'link.dropped').length);
  t.deepEqual(
    blocks.filter((block) => block.kind === 'interface').map((block) => block.name),
    ['a:wire', 'b:wire'],
  );
});

const echoPlan = (): Plan =>
  planScenario(
    scenario(
      {
        nodes: [
          node('phone', 'terminal'),
          node('box', 'nat', { inside: ['lan'] }),
          node('server', 'host'),
        ],
        links: [
          link('lan', ['phone', 'box'], { delayNs: ms(1) }),
          link('wan', ['box', 'server'], { delayNs: ms(4) }),
        ],
      },
      {
        traffic: [
          traffic('ask', 'phone', 'server', {
            generator: 'request-response',
            count: 40,
            intervalNs: ms(90),
            timeoutNs: ms(50),
          }),
        ],
      },
    ),
  );

const answeredAt = (run: TestedRun): number[] =>
  ofKind(run, 'response.received').map((one) => one.tNs);
const answersWithin = (run: TestedRun, from: number, to: number): number =>
  answeredAt(run).filter((tNs) => tNs > from && tNs <= to).length;

test('a link that is down loses what is sent, and carries again when it is back', async (t) => {
  const change = { kind: 'link-down', link: 'wan' } as const;
  const run = await runPlan(echoPlan(), [{ atNs: nsPerSecond, change, forNs: nsPerSecond }]);
  t.true(answersWithin(run, 0, nsPerSecond) > 8);
  t.is(answersWithin(run, nsPerSecond, 2 * nsPerSecond), 0);
  t.true(answersWithin(run, 2 * nsPerSecond, 3 * nsPerSecond) > 5);
});

test('a change for a while restores exactly what stood before', async (t) => {
  const set = { kind: 'link-set', link: 'wan', toward: { server: { delayNs: ms(30) } } } as const;
  const run = await runPlan(echoPlan(), [{ atNs: nsPerSecond, change: set, forNs: nsPerSecond }]);
  const rtts = ofKind(run, 'response.received').map((one) => one['rttNs']);
  t.deepEqual(new Set(rtts), new Set([10 * nsPerMs, 36 * nsPerMs]));
  t.is(rtts.at(-1), 10 * nsPerMs);
});

test('a NAT box that reboots gives the flow another port, and the answers still come', async (t) => {
  const change = { kind: 'nat-reboot', node: 'box' } as const;
  const run = await runPlan(echoPlan(), [{ atNs: nsPerSecond, change }]);
  t.is(ofKind(run, 'nat.mapped').length, 2);
  t.is(answeredAt(run).length, 40);
});

test('a service of a node that crashed is silent until the node has restarted', async (t) => {
  const plan = echoPlan();
  const responder = plan.programs.find((one) => one.node === 'server')!;
  const service = { ...responder, traffic: undefined, awaited: false };
  const programs = plan.programs.map((one) => (one === responder ? service : one));
  const change = { kind: 'node-crash', node: 'server' } as const;
  const run = await runPlan({ ...plan, programs }, [
    { atNs: nsPerSecond, change, forNs: nsPerSecond },
  ]);
  t.is(answersWithin(run, nsPerSecond + ms(5), 2 * nsPerSecond), 0);
  t.true(answersWithin(run, 2 * nsPerSecond, 3 * nsPerSecond) > 5);
  t.deepEqual(
    ofKind(run, 'program.stopped').map((one) => [one.tNs, one['reason']]),
    [[nsPerSecond, 'node-crashed']],
  );
});

test('a clock that is stepped shows in the records of its node and nowhere else', async (t) => {
  const change = {
    kind: 'clock-skew',
    node: 'phone',
    driftRatio: 0,
    offsetNs: nsPerSecond,
  } as const;
  const run = await runPlan(echoPlan(), [{ atNs: nsPerSecond, change }]);
  const plain = await runPlan(echoPlan());
  const lastOf = (one: TestedRun): number => answeredAt(one).at(-1)!;
  t.is(lastOf(run) - lastOf(plain), nsPerSecond);
  t.is(run.records.at(-1)!.tNs, plain.records.at(-1)!.tNs);
});

test('a run with nothing left to happen is idle; one with more to come meets its limit', async (t) => {
  t.is((await runPlan(echoPlan())).end, 'idle');
  t.is((await runPlan(echoPlan(), [], nsPerSecond)).end, 'limit');
});

test('an interrupt ends a run between two events', async (t) => {
  const plan = echoPlan();
  const controller = new AbortController();
  const lab = createSimLab();
  await using live = await lab.up(plan, { onRecord: () => {}, capture: undefined });
  for (const program of plan.programs) live.start(program);
  controller.abort();
  t.is(await live.drive(nsPerSecond, controller.signal), 'interrupted');
});

test('what a program throws ends the program, with its sentence, and not the run', async (t) => {
  const plan = echoPlan();
  const broken = plan.programs.map((one) =>
    one.node === 'server' ? { ...one, settings: { ...one.settings, port: 'eighty' } } : one,
  );
  const run = await runPlan({ ...plan, programs: broken });
  const [failed] = ofKind(run, 'program.failed');
  t.is(failed?.node, 'server');
  t.regex(String(failed?.['reason']), /^crashed: /);
});

test('what virtual time cannot do is named with the labs that can', (t) => {
  const plan = echoPlan();
  const own = { ...plan.programs[0]!, id: 'mine', run: ['./mystack', '--fast'] };
  const lacks = createSimLab().lacks({ ...plan, programs: [own] });
  t.deepEqual(lacks, [
    {
      what: 'mine runs ./mystack --fast, a program of its own',
      remedy: 'the netns, docker and mininet labs run it: add --lab netns',
    },
  ]);
});

const farPlan = (): Plan =>
  planScenario(
    scenario(
      {
        nodes: [node('a', 'host'), node('router', 'router'), node('b', 'host')],
        links: [
          link('near', ['a', 'router'], { delayNs: ms(1) }),
          link('far', ['router', 'b'], { delayNs: ms(1) }),
        ],
      },
      {
        traffic: [
          traffic('flow', 'a', 'b', { count: 100, payloadBytes: 1_400, rateBps: 1_120_000 }),
        ],
      },
    ),
  );

test('a link that becomes narrower is heeded: packets are cut, and arrive', async (t) => {
  const toward = { b: { mtuBytes: 1_000 } };
  const change = { kind: 'link-set', link: 'far', toward } as const;
  const run = await runPlan(farPlan(), [{ atNs: ms(300), change, forNs: ms(300) }]);
  t.is(ofKind(run, 'datagram.received').length, 100);
  const counters = ofKind(run, 'link.counters').find((one) => one['toward'] === 'b');
  t.is(counters?.['oversizedFrames'], 0);
  t.true((counters?.['deliveredFrames'] as number) > 125);
});
