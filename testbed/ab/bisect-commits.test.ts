import test from 'ava';
import { bisectCommits, type CommitState } from './bisect-commits.ts';

const commits = Array.from({ length: 16 }, (_, at) => `c${at}`);

async function find(stateOf: (at: number) => CommitState) {
  return bisectCommits(commits, async (commit) => stateOf(Number(commit.slice(1))));
}

test('each of sixteen is found, with four questions', async (t) => {
  for (let first = 0; first < 16; first++) {
    const { firstBad, suspects, asked } = await find((at) => (at >= first ? 'bad' : 'good'));
    t.is(firstBad, `c${first}`);
    t.deepEqual(suspects, []);
    t.true(asked <= 4, `${asked} for ${first}`);
  }
});

test('commits that can not tell are passed over', async (t) => {
  const { firstBad, suspects } = await find((at) =>
    at === 7 || at === 8 ? 'skip' : at >= 10 ? 'bad' : 'good',
  );
  t.is(firstBad, 'c10');
  t.deepEqual(suspects, []);
});

test('those that can not tell, next to the first bad, are named as suspects', async (t) => {
  const { firstBad, suspects } = await find((at) =>
    at === 8 || at === 9 ? 'skip' : at >= 10 ? 'bad' : 'good',
  );
  t.is(firstBad, 'c10');
  t.deepEqual(suspects, ['c8', 'c9']);
});

test('a single commit is asked nothing', async (t) => {
  t.deepEqual(await bisectCommits(['only'], async () => 'good'), {
    firstBad: 'only',
    suspects: [],
    asked: 0,
  });
});
