import { spawnSync } from 'node:child_process';
import test from 'ava';
import { planScenario } from '../../plan/plan-scenario.ts';
import { rigOf } from '../../plan/rig.ts';
import { shapingOf } from '../../plan/rig-shaping.ts';
import { link, ms, node, scenario } from '../../plan/testing-topology.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { mininetScript, trafficControlOf, withoutTrafficControl } from './mininet-script.ts';

function rigWith(settings: Partial<DirectionSettings>, engine: 'kernel' | 'model' = 'kernel') {
  const nodes = [node('phone[1]', 'terminal'), node('server', 'host')];
  const wire = { ...link('wire', ['phone[1]', 'server'], settings), engine };
  return rigOf(planScenario(scenario({ nodes, links: [wire] }, {})), 'k3f9');
}

const script = (settings: Partial<DirectionSettings>, engine?: 'kernel' | 'model') =>
  mininetScript(rigWith(settings, engine));

test('each node is a host by the name of its namespace, each cable a link with its devices', (t) => {
  const lines = script({ delayNs: ms(20) }).split('\n');
  t.true(lines.includes('h0 = net.addHost("rw-k3f9-0", cls=Box)  # phone[1]'));
  t.true(lines.includes('h1 = net.addHost("rw-k3f9-1", cls=Box)  # server'));
  const cable = lines.find((line) => line.startsWith('net.addLink'))!;
  t.regex(cable, /^net\.addLink\(h0, h1, cls=Cable, cls1=Side, cls2=Side, intfName1="wire"/);
  t.is(cable.match(/"delay": "20ms"/g)?.length, 2, 'each end delays what leaves by it');
});

test('what the hub carries is no link of Mininet', (t) => {
  t.false(script({ delayNs: ms(20) }, 'model').includes('addLink'));
});

test('Mininet is not asked for what the kernel is told sooner', (t) => {
  const text = script({ delayNs: ms(20) });
  t.is(text.match(/addr[12]=None/g)?.length, 2, 'left out, Mininet would draw one and set it');
  t.false(text.includes('mtu'));
});

test('the script is Python', (t) => {
  const input = script({ delayNs: 1.5e6, jitterNs: 0 });
  const read = ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'];
  const { error, status } = spawnSync('python3', read, { input });
  if (error === undefined) t.is(status, 0);
  else t.log('there is no python3 here');
  t.false(input.includes('\t'));
});

test('TCLink says a delay and independent loss; what it has no word for is left to be said', (t) => {
  const direction = rigWith({}).nodes[0]!;
  t.truthy(direction);
  const settings = (parts: Partial<DirectionSettings>) => {
    const [end] = planScenario(
      scenario(
        {
          nodes: [node('a', 'host'), node('b', 'host')],
          links: [{ ...link('wire', ['a', 'b'], parts), engine: 'kernel' }],
        },
        {},
      ),
    ).links[0]!.ends;
    return trafficControlOf(shapingOf(end!.arriving));
  };
  t.like(settings({ delayNs: ms(5) }), { delay: '5ms' });
  t.like(settings({ loss: { model: 'independent', ratio: 0.015 } }), { loss: 1.5 });
  t.is(settings({ delayNs: ms(5), duplicateRatio: 0.1 }), undefined);
  t.is(settings({ delayNs: ms(5), rateBps: 1e7 }), undefined, 'its bucket is another');
  t.is(settings({ delayNs: ms(5), jitterNs: ms(1) }), undefined, 'it would reorder');
});

test('what TCLink has said is not said again', (t) => {
  const qdiscs = (parts: Partial<DirectionSettings>) =>
    withoutTrafficControl(rigWith(parts).nodes[0]!).devices[0]!.qdiscs.length;
  t.is(qdiscs({ delayNs: ms(5) }), 0);
  t.true(qdiscs({ delayNs: ms(5), rateBps: 1e7 }) > 0);
});
