/** Two commands against each other, as somebody who has a stack of their own compares two of its settings. */
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { ropewalk, startFolder } from './testing-runs.ts';

const scenario = `
scenario: mine
about: What a command says of itself.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], engine: direct } }
seed: 1
repeat: 1
limit: 20 s
programs:
  mine: { on: phone, run: [sh, -c, '{command}'], awaited: true, reads: { regex: 'took ([0-9.]+)' } }
measure:
  took: { what: reported, of: mine, unit: ms }
`;

/** Seven pairs that all say the same have p = 2 / 2^7, below the 2 % of a single look. */
const words = ['ab', 'mine.yaml', '--lab', 'netns', '--pairs', '7'];

test('a command that fails is worse than one that does not', async (t) => {
  t.timeout(180_000);
  const folder = startFolder(t, { 'mine.yaml': scenario });
  const failing = await ropewalk(folder, [...words, '--a', 'echo took 20', '--b', 'exit 1']);
  t.is(failing.exitCode, 1, failing.stderr);
  t.regex(failing.stdout, /^worse +mine finished +1 +0/m);
});

test('the command that takes longer is worse, and one that takes as long is the same', async (t) => {
  t.timeout(180_000);
  const folder = startFolder(t, { 'mine.yaml': scenario });
  const slower = await ropewalk(folder, [...words, '--a', 'echo took 20', '--b', 'echo took 30']);
  t.is(slower.exitCode, 1, slower.stderr);
  t.regex(slower.stdout, /^worse +mine took +20 ms +30 ms +1\.5/m);
  const equal = await ropewalk(folder, [...words, '--a', 'echo took 20', '--b', 'echo "took 20"']);
  t.is(equal.exitCode, 0, equal.stderr);
  t.regex(equal.stdout, /^same +mine took/m);
});
