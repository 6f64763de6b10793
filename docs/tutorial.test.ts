import { readFileSync } from 'node:fs';
import test from 'ava';
import { replayPage } from './page-replay.ts';

test('each command of the tutorial, typed in order, prints what the page shows', async (t) => {
  const page = readFileSync('docs/tutorial.md', 'utf8');
  t.is(await replayPage(page), page);
});
