import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { rigOf } from '../../plan/rig.ts';
import { link, node } from '../../plan/testing-topology.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
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
      '-w5',
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
  t.is(one.run('phone', 'ping', '-c1', '-w5', address).status, 0);
  t.not(other.run('phone', 'ping', '-c1', '-w1', address).status, 0);
  t.not(tracesOf(other.standing.rig.runId).length, 0);
  await other[Symbol.asyncDispose]();
  t.deepEqual(tracesOf(other.standing.rig.runId), []);
  t.is(one.run('phone', 'ping', '-c1', '-w5', address).status, 0);
});

test('a rig that cannot be raised leaves nothing', async (t) => {
  const plan = planOf(pair, [link('wire', ['phone', 'server'], { mtuBytes: 1_400 })]);
  const runId = newRunId();
  const rig = rigOf(plan, runId);
  const nodes = rig.nodes.map((node) => ({ ...node, sysctls: [{ path: 'no/such', value: '1' }] }));
  {
    await using ledger = Ledger.open('netns', runId);
    await t.throwsAsync(StandingRig.raise({ ...rig, nodes }, ledger), { code: 'ENOENT' });
  }
  t.deepEqual(tracesOf(runId), []);
});
