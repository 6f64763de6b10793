import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { failingRow, resultOf } from '../report/testing-result.ts';
import { gitHubRunner, tellCi } from './ci.ts';

const result = resultOf({ verdict: 'fail', rows: [{ ...failingRow, line: 31 }] });

function hear() {
  const said: string[] = [];
  return { said, say: (text: string) => said.push(text) };
}

test('a runner is GitHub only where it says so', (t) => {
  t.is(gitHubRunner({ CI: 'true', GITHUB_STEP_SUMMARY: '/s' }), undefined);
  t.deepEqual(gitHubRunner({ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/w' }), {
    workspace: '/w',
    summaryFile: undefined,
  });
});

test('on GitHub each finding is a command with its place within the checkout', (t) => {
  const { said, say } = hear();
  tellCi(
    [result],
    undefined,
    { say },
    { workspace: join(process.cwd(), '..'), summaryFile: undefined },
  );
  const folder = process.cwd().split('/').at(-1);
  t.is(said.length, 1);
  t.true(said[0]!.startsWith(`::error file=${folder}/scenarios/failover.yaml,line=31,`));
});

test('the summary is added to what the step wrote before, within one limit', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const summaryFile = join(folder, 'summary.md');
  const runner = { workspace: process.cwd(), summaryFile };
  const { say } = hear();
  tellCi([result], undefined, { say }, runner);
  tellCi([result], undefined, { say }, runner);
  t.is(readFileSync(summaryFile, 'utf8').split('### Ropewalk: failover fail').length, 3);
  writeFileSync(summaryFile, 'x'.repeat(999_900));
  tellCi([result], undefined, { say }, runner);
  t.is(readFileSync(summaryFile, 'utf8').length, 999_900);
});

test('elsewhere only what a gate let pass is said: the table has the rest', (t) => {
  const { said, say } = hear();
  tellCi([result], undefined, { say }, undefined);
  tellCi([result], 'fail', { say }, undefined);
  t.deepEqual(said, []);
  const vague = resultOf({ rows: [{ ...failingRow, verdict: 'inconclusive' }] });
  tellCi([vague], 'fail', { say }, undefined);
  t.is(said.length, 1);
});
