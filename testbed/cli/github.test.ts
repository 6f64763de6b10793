import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { bin, startFolder } from './testing-runs.ts';

const scenario = `
scenario: pair
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 10 ms } }
repeat: 1
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 2, interval: 10 ms }
events:
  late: { at: 9 s, link: wire, set: { delay: 20 ms }, for: 100 ms }
expect:
  none-came:
    that: ping.answered == 0
`;
/** The event comes after the traffic: every sample is invalid. */
const invalid = scenario;
const failing = scenario.replace(/events:\n.*\n/, '');

async function runOnGitHub(cwd: string, ...words: string[]) {
  const run = await execa(process.execPath, [bin, 'run', 'ci/pair.yaml', ...words], {
    ...{ cwd: join(cwd, 'sub'), reject: false, timeout: 60_000 },
    env: {
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: cwd,
      GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
    },
  });
  return { ...run, summary: () => readFileSync(join(cwd, 'summary.md'), 'utf8') };
}

test('on GitHub a failing row is an error at its line of the checkout, and in the summary', async (t) => {
  const folder = startFolder(t, { 'sub/ci/pair.yaml': failing });
  const { exitCode, stderr, stdout, summary } = await runOnGitHub(
    folder,
    '--json',
    '--gate',
    'fail',
  );
  t.is(exitCode, 1, stderr);
  const line = failing.split('\n').indexOf('  none-came:') + 1;
  t.true(
    stderr.includes(`::error file=sub/ci/pair.yaml,line=${line},title=fail%3A pair none-came::`),
    stderr,
  );
  t.regex(stderr, /%0Aropewalk run ci\/pair\.yaml --sample 1$/m);
  t.regex(summary(), /^\| \*\*fail\*\* \| pair \| none-came \|/m);
  t.is(JSON.parse(stdout).rows[0].line, line);
});

test('what a gate lets pass is a warning there, and the step is green', async (t) => {
  const folder = startFolder(t, { 'sub/ci/pair.yaml': invalid });
  const gated = await runOnGitHub(folder, '--gate', 'fail');
  t.is(gated.exitCode, 0, gated.stderr);
  t.regex(
    gated.stderr,
    /^::warning file=sub\/ci\/pair\.yaml,line=\d+,title=invalid \(not gated\)/m,
  );
  t.regex(
    readFileSync(join(folder, 'sub/reports/runs/pair/junit.xml'), 'utf8'),
    /<skipped message="invalid, not gated by fail/,
  );
  const nightly = await runOnGitHub(folder, '--gate', 'nightly');
  t.is(nightly.exitCode, 4);
  t.regex(nightly.stderr, /^::error /m);
});
