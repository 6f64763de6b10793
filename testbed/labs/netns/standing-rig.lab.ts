import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { link, node } from '../../plan/testing-topology.ts';
import { planOf, TestRig } from './testing-rig.ts';

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
