import { readFileSync } from 'node:fs';
import test from 'ava';
import { failoverTable } from '../testbed/cli/failover-table.ts';
import { exitFault, exitInput, exitOf } from '../testbed/report/exit-code.ts';
import { readBlocks } from './page-blocks.ts';
import { replayPage } from './page-replay.ts';

const page = readFileSync('README.md', 'utf8');
const blocks = readBlocks(page);

test('each command of the README, typed in order, prints what it shows', async (t) => {
  t.is(await replayPage(page), page);
});

test('the files that the README shows are those of the repository', (t) => {
  const shown = blocks.filter(({ language }) => language === 'yaml');
  t.true(shown.length > 0);
  for (const { fileNamed, text } of shown) t.is(text, readFileSync(fileNamed!, 'utf8'));
});

test('what the README says to make can be made', (t) => {
  const makefile = readFileSync('Makefile', 'utf8');
  const asked = [...page.matchAll(/(?:^|`)make ([a-z-]+)/gm)].map((match) => match[1]!);
  t.true(asked.includes('demo') && asked.includes('test'));
  for (const target of asked) t.regex(makefile, new RegExp(`^${target}:`, 'm'));
});

test('the table of exit codes is the whole of them', (t) => {
  const results = readFileSync('docs/results.md', 'utf8');
  const rows = [...results.matchAll(/^\| (\d+)(?: or (\d+))? +\|/gm)];
  const told = rows.flatMap(([, code, other]) => [code, other ?? []].flat().map(Number));
  const codes = [...Object.values(exitOf), exitInput, exitFault, 130, 143];
  t.deepEqual(
    told.toSorted((a, b) => a - b),
    codes.toSorted((a, b) => a - b),
  );
});

test('the table of what a failing link costs is that of the references and of the proof', (t) => {
  t.true(page.includes(`\n${failoverTable('.').join('\n')}\n`), failoverTable('.').join('\n'));
});

test('it is short', (t) => {
  t.true(page.trimEnd().split('\n').length <= 160);
});
