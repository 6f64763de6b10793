import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { acceptsCommandLine } from '../testbed/cli/command-line.ts';
import { ropewalk, startFolder } from '../testbed/cli/testing-runs.ts';

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

test('the action for GitHub calls a command line that we take, with inputs that it declares', async (t) => {
  const action = parse(readFileSync('action.yml', 'utf8'));
  const steps: { run?: string; env?: Record<string, string> }[] = action.runs.steps;
  const { run, env } = steps.find((step) => step.run !== undefined)!;
  for (const value of Object.values(env!))
    t.true(/inputs\.(\w+)/.exec(value)![1]! in action.inputs, value);
  const [, line] = /"\$ropewalk" (run .*)/.exec(run!)!;
  const words = line!.split(' ').map((word) => {
    const [, name] = /^"?\$(\w+)"?$/.exec(word) ?? [];
    return name === undefined ? word : String(action.inputs[name.toLowerCase()].default);
  });
  t.is(await acceptsCommandLine(words), undefined, words.join(' '));
});
