import test from 'ava';
import { replayPage } from './page-replay.ts';

const session = (...lines: string[]) => ['```sh', ...lines, '```', ''].join('\n');

test('a page that shows what comes is left as it is', async (t) => {
  const page = `A list.\n\n${session('$ echo one; echo two', 'one', 'two', '$ echo three', 'three')}`;
  t.is(await replayPage(page), page);
});

test('what a page shows wrongly is replaced by what came', async (t) => {
  const replayed = await replayPage(session('$ echo one', 'two', '$ echo three', 'three'));
  t.is(replayed, session('$ echo one', 'one', '$ echo three', 'three'));
});

test('an output that the page leaves out, or that never comes, is a difference', async (t) => {
  t.is(await replayPage(session('$ echo one')), session('$ echo one', 'one'));
  t.is(await replayPage(session('$ true', 'one')), session('$ true'));
});

test('dots stand for a part of a line, or for whole lines', async (t) => {
  const hidden = session('$ seq 5', '1', '…', '5', '$ echo it took 378 ms', 'it took …');
  t.is(await replayPage(hidden), hidden);
  const wrong = session('$ seq 5', '2', '…', '5');
  t.is(await replayPage(wrong), session('$ seq 5', '1', '2', '3', '4', '5'));
});

test('messages stand beside results, and a failure can be asked for', async (t) => {
  const page = session('$ echo wrong >&2; exit 2', 'wrong', '$ echo $?', '2');
  t.is(await replayPage(page), page);
});

test('a whole file is written where the text says, a fragment goes into it', async (t) => {
  const page = [
    'Write `notes/list.yaml`:\n\n```yaml\nlinks:\n  wifi: { rate: 5 Mbit/s, delay: 2 ms } # near\n```\n',
    'Now change it in `notes/list.yaml`:\n\n```yaml fragment\nlinks:\n  wifi: { delay: 9 ms }\n  lte: {}\n```\n',
    session(
      '$ cat notes/list.yaml',
      'links:',
      '  wifi: { rate: 5 Mbit/s, delay: 9 ms } # near',
      '  lte: {}',
    ),
  ].join('\n');
  t.is(await replayPage(page), page);
});

test('a block of YAML that no file is named for is an error of the page', async (t) => {
  await t.throwsAsync(replayPage('Write this:\n\n```yaml\na: 1\n```\n'), {
    message: 'line 3: the text before names no file',
  });
});
