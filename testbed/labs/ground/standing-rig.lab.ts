import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { rigOf } from '../../plan/rig.ts';
import { link, node } from '../../plan/testing-topology.ts';
import type { LinkModel } from '../../schema/model.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { bareNamespaces } from './raise-namespaces.ts';
import { StandingRig } from './standing-rig.ts';
import { planOf, TestRig, tracesOf } from './testing-rig.ts';

const pair = [node('phone', 'terminal'), node('server', 'host')];
const chain = [...pair, node('middle', 'router')];
const hops = [link('near', ['phone', 'middle']), link('far', ['middle', 'server'])];

function addressOf(rig: TestRig, name: string, family: 4 | 6): string {
  const node = rig.standing.rig.nodes.find((one) => one.node === name)!;
  const line = node.hosts.split('\n').filter((one) => one.includes(` ${name} `));
  return line.map((one) => one.split(' ')[0]!).find((one) => one.includes(':') === (family === 6))!;
}

test('nodes reach each other over a cable and through a router, over both families', async (t) => {
  await using rig = await TestRig.raise(planOf(chain, hops));
  for (const family of [4, 6] as const) {
    const { status, text } = rig.run(
      'phone',
      'ping',
      '-c1',
      '-w10',
      addressOf(rig, 'server', family),
    );
    t.is(status, 0, text);
  }
});

test('two runs of one plan side by side never meet, and each takes down its own', async (t) => {
  const plan = planOf(pair, [link('wire', pair.map(({ name }) => name) as [string, string])]);
  await using one = await TestRig.raise(plan);
  const other = await TestRig.raise(plan);
  const address = addressOf(one, 'server', 4);
  other.run('server', 'ip', 'address', 'flush', 'to', address);
  t.is(one.run('phone', 'ping', '-c1', '-w10', address).status, 0);
  t.not(other.run('phone', 'ping', '-c1', '-w1', address).status, 0);
  t.not(tracesOf(other.standing.rig.runId).length, 0);
  await other[Symbol.asyncDispose]();
  t.deepEqual(tracesOf(other.standing.rig.runId), []);
  t.is(one.run('phone', 'ping', '-c1', '-w10', address).status, 0);
});

test('a rig that cannot be raised leaves nothing', async (t) => {
  const plan = planOf(pair, [link('wire', ['phone', 'server'], { mtuBytes: 1_400 })]);
  const runId = newRunId();
  const rig = rigOf(plan, runId);
  const nodes = rig.nodes.map((node) => ({ ...node, sysctls: [{ path: 'no/such', value: '1' }] }));
  {
    await using ledger = Ledger.open('netns', runId);
    await t.throwsAsync(StandingRig.raise({ ...rig, nodes }, ledger, bareNamespaces), {
      code: 'ENOENT',
    });
  }
  t.deepEqual(tracesOf(runId), []);
});

test('a cable that goes down cuts its ends off, and routes are there again when it is back', async (t) => {
  await using rig = await TestRig.raise(planOf(chain, hops));
  const reaches = () =>
    [4, 6].map((family) => answers(rig, addressOf(rig, 'server', family as 4 | 6)));
  const reachesSoon = () => {
    for (let tries = 0; tries < 20; tries++) if (reaches().every(Boolean)) return true;
    return false;
  };
  t.deepEqual(reaches(), [true, true]);
  rig.standing.cables.setUp('far', false);
  t.deepEqual(reaches(), [false, false]);
  rig.standing.cables.setUp('far', true);
  // Until the router has noticed the carrier, it says that nobody is there.
  t.true(reachesSoon());
});

function answers(rig: TestRig, address: string): boolean {
  return rig.run('phone', 'ping', '-c1', '-w1', address).status === 0;
}

test('a cable that is down at first comes up with its routes', async (t) => {
  const [near, far] = hops;
  const down = { ...far!, toward: downBothWays(far!) };
  await using rig = await TestRig.raise(planOf(chain, [near!, down]));
  const address = addressOf(rig, 'server', 4);
  t.not(rig.run('phone', 'ping', '-c1', '-w1', address).status, 0);
  rig.standing.cables.setUp('far', true);
  const tries = Array.from({ length: 20 }, (_, index) => index);
  t.true(tries.some(() => answers(rig, address)));
});

function downBothWays({ toward }: LinkModel): LinkModel['toward'] {
  const entries = Object.entries(toward).map(([end, one]) => [end, { ...one, up: false }]);
  return Object.fromEntries(entries);
}

test('a rate is what the kernel was told, each way, and changes while it runs', async (t) => {
  const wire = link('wire', ['phone', 'server'], { rateBps: 8e6 }, { phone: { rateBps: 2e6 } });
  await using rig = await TestRig.raise(planOf(pair, [wire], 'kernel'));
  const rateAt = (name: string) => /rate (\S+)/.exec(rig.run(name, 'tc', 'qdisc').text)?.[1];
  t.deepEqual([rateAt('phone'), rateAt('server')], ['8Mbit', '2Mbit']);
  const settings = wire.toward['server']!;
  rig.standing.cables.shape('wire', 'server', { ...settings, rateBps: 4e6 });
  t.deepEqual([rateAt('phone'), rateAt('server')], ['4Mbit', '2Mbit']);
  rig.standing.cables.shape('wire', 'server', { ...settings, rateBps: Number.POSITIVE_INFINITY });
  t.is(rateAt('phone'), undefined);
  rig.standing.cables.shape('wire', 'server', settings);
  t.is(rateAt('phone'), '8Mbit');
});

test('a burst takes the time that the rate gives it', async (t) => {
  const wire = link('wire', ['phone', 'server'], { rateBps: 4e6 });
  await using rig = await TestRig.raise(planOf(pair, [wire], 'kernel'));
  const address = addressOf(rig, 'server', 4);
  const { text } = rig.run('phone', 'ping', '-c100', '-l100', '-s1000', '-w10', address);
  const tookMs = Number(/time (\d+)ms/.exec(text)?.[1]);
  // 100 frames of 1 042 bytes at 4 Mbit/s take 208 ms, but for what the bucket lets through at once.
  t.true(tookMs > 190, text);
});
