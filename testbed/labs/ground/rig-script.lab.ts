import { spawnSync } from 'node:child_process';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { rigScript } from '../../plan/rig-text.ts';
import { link, ms, node } from '../../plan/testing-topology.ts';
import { findTool } from '../processes/find-tool.ts';
import { planOf, TestRig } from './testing-rig.ts';

/** What a node's namespace holds, without what differs from one making to the next. */
const questions = [
  'ip -o address | while read number name family address rest; do echo $name $address; done',
  'ip -d -o link | grep -o "^[^@]*@\\|mtu [0-9]*\\|link/ether [0-9a-f:]*\\|altname .*"',
  'ip route',
  'ip -6 route',
  'ip neighbour',
  'tc qdisc',
  'sysctl -a 2>/dev/null | grep "^net.ip.*conf\\|ip_forward\\|ping_group"',
  'for d in $(ip -br link | grep -o "^[^@ ]*"); do ethtool -k $d 2>/dev/null | grep "tx-tcp-segm\\|tcp6-segm\\|generic-segm\\|checksumming"; done',
  `${findTool('nft')} list ruleset`,
].join('; ');

const nodes = [
  node('phone', 'terminal'),
  node('box', 'nat', { inside: ['lan', 'a-long-name-of-a-link[7]'] }),
  node('guest', 'terminal'),
  node('hub', 'switch'),
  node('server', 'host', { addressCount: 2 }),
];
const slow = { rateBps: 5e6, mtuBytes: 1_400 };
const links = [
  link('lan', ['phone', 'box'], slow, { phone: { rateBps: 8e6 } }),
  link('a-long-name-of-a-link[7]', ['guest', 'box']),
  link('out', ['box', 'hub'], {
    queue: {
      limitFrames: Number.POSITIVE_INFINITY,
      limitBytes: 9_000,
      discipline: { kind: 'drop-tail' },
    },
    rateBps: 2e6,
  }),
  link('far', ['hub', 'server'], { delayNs: ms(0) }),
];

/** Link-local addresses come with the carrier, a moment later; peers have numbers by chance. */
function withoutChance(text: string): string[] {
  const lines = text.replaceAll(/@if\d+/g, '').split('\n');
  return lines.filter((line) => !line.includes('fe80::')).sort();
}

test('the script that a dry run prints makes what the lab makes over netlink', async (t) => {
  const plan = planOf(nodes, links, 'kernel');
  await using rig = await TestRig.raise(plan);
  const built = rig.standing.rig;
  const asked = built.nodes.map(
    ({ namespace }) => `ip netns exec ${namespace} sh -c '${questions}'`,
  );
  const script = [
    'set -e; mount -t tmpfs none /run',
    rigScript(built),
    ...asked.map((one, index) => `echo "== ${index}"; ${one}`),
  ].join('\n');
  const said = spawnSync('unshare', ['--mount', '--net', 'sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  t.is(said.stderr, '');
  const blocks = said.stdout.split(/== \d+\n/).slice(1);
  t.is(blocks.length, built.nodes.length);
  for (const [index, { node: name }] of built.nodes.entries()) {
    const { text } = rig.run(name, 'sh', '-c', questions);
    t.deepEqual(withoutChance(text), withoutChance(blocks[index]!), name);
  }
});
