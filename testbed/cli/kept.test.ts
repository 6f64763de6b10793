import { globSync } from 'node:fs';
import test from 'ava';
import { InvalidArgumentError } from 'commander';
import { refuseWithoutRoot } from './needs-root.ts';
import { isScenario, readScenarioOrTopology } from './read-topology.ts';
import { ropewalk, startFolder } from './testing-runs.ts';
import { parseLabName } from './up.ts';

test('who is not root is told the line that works', (t) => {
  const command = ['ropewalk', 'exec', 'phone', '--', 'sh', '-c', 'echo $HOME'];
  t.notThrows(() => refuseWithoutRoot('entering a node', command, 0));
  const error = t.throws(() => refuseWithoutRoot('entering a node', command, 1000), {
    code: 'needs-root',
    name: 'UnsupportedError',
  }) as Error & { hint: string };
  t.true(error.hint.endsWith(`sudo env "PATH=$PATH" ropewalk exec phone -- sh -c 'echo $HOME'`));
});

test('a name of a lab is a word', (t) => {
  for (const name of ['home', 'a.b-c_2', '7']) t.is(parseLabName(name), name);
  for (const name of ['', '-x', 'a/b', 'a b', '..', 'x'.repeat(41)]) {
    t.throws(() => parseLabName(name), { instanceOf: InvalidArgumentError }, name);
  }
});

test('every topology of ours is read without a scenario around it', (t) => {
  const files = globSync('topologies/*.yaml');
  t.true(files.length > 3);
  for (const file of files) {
    const loaded = readScenarioOrTopology(file);
    t.true(loaded.resolve('default', 'default').topology.nodes.length > 0, file);
  }
});

test('a scenario is told from a topology by its name', (t) => {
  t.true(isScenario('# x\nscenario: hello\n'));
  t.true(isScenario('"scenario" : hello\n'));
  t.false(isScenario('nodes:\n  scenario: { kind: host }\n'));
});

const topology = 'nodes:\n  phone: { kind: terminal }\nlinks: {}\n';
const refusals: readonly (readonly [words: readonly string[], exit: number, said: RegExp])[] = [
  [['up'], 2, /missing required argument 'file'/],
  [['up', 'gone.yaml'], 2, /gone\.yaml does not exist \[unreadable-file\]/],
  [['up', 'one.yaml', '--lab', 'sim'], 5, /lab-not-kept\]\n.*leave --lab out/],
  [['up', 'one.yaml', '--lab', 'netsn'], 2, /unknown-lab\]\n.*did you mean netns\?/],
  [['up', 'one.yaml', '--name', 'a/b'], 2, /letters, digits, dots and hyphens/],
  [['up', 'one.yaml', '--case', 'x'], 2, /unknown-case\]/],
  [['down', 'no-such-lab'], 2, /no-lab-up\]\n.*ropewalk up |unknown-kept-lab\]/],
  [['exec', 'phone'], 2, /missing required argument 'command'/],
  [['run', 'hello.yaml', '--keep'], 5, /lab-not-kept\]\n.*--lab netns --keep/],
  [['shel', 'phone'], 2, /did you mean shell\?/],
];

for (const [words, exit, said] of refusals) {
  test(`${words.join(' ')} exits with ${exit}`, async (t) => {
    const folder = startFolder(t, { 'one.yaml': topology });
    const { exitCode, stdout, stderr } = await ropewalk(folder, words);
    t.is(exitCode, exit, stderr);
    t.regex(stderr, said);
    t.is(stdout, '');
  });
}
