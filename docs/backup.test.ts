import { readFileSync } from 'node:fs';
import test from 'ava';
import { replayPage } from './page-replay.ts';

test('each command of the page on boards, typed in order, prints what the page shows', async (t) => {
  const page = readFileSync('docs/backup.md', 'utf8');
  t.is(await replayPage(page), page);
});
