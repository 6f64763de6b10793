import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { acceptsCommandLine } from '../testbed/cli/command-line.ts';
import { ropewalk, startFolder, writeIn } from '../testbed/cli/testing-runs.ts';

const page = readFileSync('docs/reports.md', 'utf8');
/** The system's, whose packages are Debian's, may stand behind another one. */
const python = ['python3', '/usr/bin/python3'].find(
  (one) => spawnSync(one, ['-c', 'import pandas']).status === 0,
);
/** `make setup-labs` installs it where reports are required. */
const isRequired = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('browser');
const pandasTest = python === undefined && !isRequired ? test.skip : test;
if (python === undefined) {
  process.stderr.write(
    'the lines of Python are not run: there is no pandas here; apt-get install python3-pandas\n',
  );
}

pandasTest('the lines of Python print what the result says', async (t) => {
  const [, code] = /```python\n(.*?)```/s.exec(page)!;
  const folder = startFolder(t, { 'rtt.yaml': scenario });
  await ropewalk(folder, ['run', 'rtt.yaml']);
  await ropewalk(folder, ['export', 'reports/runs/rtt', '--tidy', '--to', 'tidy']);
  const said = spawnSync(python!, ['-c', code!], { cwd: folder, encoding: 'utf8' });
  const result = JSON.parse(readFileSync(join(folder, 'reports/runs/rtt/result.json'), 'utf8'));
  const ms = result.samples[0].metrics.rtt.value / 1e6;
  t.regex(said.stdout, new RegExp(`default +default +${ms.toFixed(4).slice(0, -1)}`), said.stderr);
});

const scenario = `
scenario: rtt
about: One question.
topology:
  nodes: { a: { kind: host }, b: { kind: host } }
  links: { wire: { between: [a, b], rate: 10 Mbit/s, delay: 5 ms } }
repeat: 1
limit: 10 s
traffic:
  ping: { run: request-response, from: a, to: b, count: 1 }
measure:
  rtt: { what: rtt, of: ping }
`;

test('the commands of the page are ones that we take', async (t) => {
  const commands = [...page.matchAll(/`ropewalk ([^`]+)`/g)].map((match) => match[1]!);
  t.true(commands.length > 8);
  for (const command of commands) {
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain!,
    );
    t.is(await acceptsCommandLine(words), undefined, command);
  }
});

interface ActionStep {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const action = parse(readFileSync('action.yml', 'utf8'));
const { run: script, env: inputs } = (action.runs.steps as ActionStep[]).find(({ run }) => run)!;

/** The step as GitHub starts it, with what the inputs are by default. */
function runAction(folder: string, given: Readonly<Record<string, string>>) {
  const ofInputs = Object.entries(inputs!).map(([name, value]) => {
    const input = /inputs\.(\w+)/.exec(value)![1]!;
    return [name, String(action.inputs[input].default)];
  });
  const words = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script!];
  const { PATH: before, ...others } = process.env;
  // `setup-node` puts it there.
  const PATH = `${dirname(process.execPath)}:${before}`;
  const env = { ...others, PATH, GITHUB_ACTIONS: '', ...Object.fromEntries(ofInputs), ...given };
  return spawnSync('bash', words, { cwd: folder, encoding: 'utf8', env });
}

/** A program that says how it was called. */
function plantCommand(folder: string, path: string): void {
  writeIn(folder, path, `#!/bin/sh\necho "${path}" "$@"\n`);
  chmodSync(join(folder, path), 0o755);
}

test('the action for GitHub has the inputs that it reads, and no other', (t) => {
  const read = Object.values(inputs!).map((value) => /inputs\.(\w+)/.exec(value)![1]!);
  t.deepEqual(read.toSorted(), Object.keys(action.inputs).toSorted());
});

test('the action runs the Ropewalk that it came with, whose packages it gets, by a command line that we take', async (t) => {
  const folder = startFolder(t, { 'scenarios/a.yaml': '', 'scenarios/b.yaml': '' });
  plantCommand(folder, 'an action/testbed/cli/ropewalk.js');
  plantCommand(folder, 'bin/npm');
  const path = join(folder, 'an action');
  const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`;
  const said = runAction(folder, { GITHUB_ACTION_PATH: path, PATH });
  const [npm, own] = said.stdout.trim().split('\n');
  t.is(npm, `bin/npm ci --omit=dev --no-audit --no-fund --prefix ${path}`, said.stderr);
  const [, line] = /ropewalk\.js (run scenarios\/a\.yaml scenarios\/b\.yaml .*)/.exec(own!)!;
  t.is(await acceptsCommandLine(line!.split(' ')), undefined, line);
});

test('the action runs the Ropewalk among the packages of a repository, where there is one', (t) => {
  const folder = startFolder(t, { 'scenarios/a.yaml': '' });
  plantCommand(folder, 'node_modules/.bin/ropewalk');
  const { stdout } = runAction(folder, { GITHUB_ACTION_PATH: '/nowhere' });
  t.regex(stdout, /^node_modules\/\.bin\/ropewalk run scenarios\/a\.yaml /);
});

test('the action runs a scenario from a checkout of this repository', (t) => {
  const folder = startFolder(t, { 'rtt.yaml': scenario });
  const given = { GITHUB_ACTION_PATH: process.cwd(), SCENARIOS: 'rtt.yaml' };
  const { status, stderr } = runAction(folder, given);
  t.is(status, 0, stderr);
  t.true(existsSync(join(folder, 'reports/runs/rtt/report.html')));
});
