import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  differences,
  grid,
  readFolder,
  ropewalk,
  startFolder,
  undecided,
  writeIn,
} from './testing-runs.ts';

/** Two cases of two variants, which are compared, three samples each: six turns. */
const small = grid
  .replace('repeat: 1', 'repeat: 3')
  .replace('rtt(wire) + 1 ms', 'rtt(wire) + 30 ms')
  .replace(/links\.wire\.delay: \[.*/, 'links.wire.delay: [1 ms]')
  .replace('measure:', 'variants:\n  slow: { links.wire.rate: 1 Mbit/s }\n  fast: {}\nmeasure:')
  .replace('expect:', 'expect:\n  ahead: { that: fast.rtt < slow.rtt }');
const file = 'scenarios/grid.yaml';

async function runShards(folder: string, of: number, words: readonly string[] = []): Promise<void> {
  for (let index = 1; index <= of; index++) {
    const shard = ['--shard', `${index}/${of}`, '--out', `shards-${of}`];
    const run = await ropewalk(folder, ['run', file, ...shard, ...words]);
    if (run.exitCode !== 0) throw new Error(run.stdout + run.stderr);
  }
}

function shardPath(folder: string, index: number, of: number): string {
  return join(folder, `shards-${of}/grid/shard-${index}-of-${of}`);
}

/** Three shards, cut off from what made them. */
async function threeShards(t: ExecutionContext): Promise<string> {
  const folder = startFolder(t, { [file]: small });
  await runShards(folder, 3);
  return folder;
}

for (const [of, what] of [
  [2, 'two shards'],
  [3, 'three shards'],
  [7, 'seven shards, of which one is empty,'],
] as const) {
  test.serial(`${what} are merged to the very bytes of one run`, async (t) => {
    const folder = startFolder(t, { [file]: small });
    const whole = await ropewalk(folder, ['run', file, '--out', 'whole', '--capture']);
    await runShards(folder, of, ['--capture']);
    rmSync(join(folder, 'scenarios'), { recursive: true });
    const merged = await ropewalk(folder, ['merge', `shards-${of}`, '--out', 'merged']);
    t.is(merged.exitCode, whole.exitCode, merged.stderr);
    const [one, other] = [readFolder(join(folder, 'whole')), readFolder(join(folder, 'merged'))];
    t.deepEqual(differences(one, other), []);
    t.is([...one.keys()].filter((name) => name.endsWith('.pcapng')).length, 12);
  });
}

test.serial('a shard judges nothing: its exit is 0 although a bound is broken', async (t) => {
  const folder = startFolder(t, { [file]: small.replace('rtt(wire) + 30 ms', '1 us') });
  await runShards(folder, 2);
  const result = JSON.parse(readFileSync(join(shardPath(folder, 1, 2), 'result.json'), 'utf8'));
  t.deepEqual(result.shard, { index: 1, of: 2 });
  t.false('verdict' in result || 'rows' in result);
  const merged = await ropewalk(folder, ['merge', 'shards-2', '--out', 'merged']);
  t.is(merged.exitCode, 1);
  t.regex(merged.stdout, /again, .*\n {2}ropewalk run scenarios\/grid\.yaml --case /);
});

test.serial(
  'merged runs are kept, so that a report tells since when a bound is broken',
  async (t) => {
    const folder = startFolder(t, { [file]: small });
    await runShards(folder, 2);
    await ropewalk(folder, ['merge', 'shards-2', '--out', 'merged']);
    writeIn(folder, file, small.replace('rtt(wire) + 30 ms', '1 us'));
    await runShards(folder, 2);
    await ropewalk(folder, ['merge', 'shards-2', '--out', 'merged']);
    const page = readFileSync(join(folder, 'merged/grid/report.html'), 'utf8');
    t.regex(
      page,
      /Last good: .*Between them changed also: the bound \(rtt &lt;= rtt\(wire\) \+ 30 ms/,
    );
    const { stdout } = await ropewalk(folder, ['history', 'grid', '--folder', 'merged/_history']);
    t.regex(stdout, /pass.*\n.*fail/);
  },
);

test.serial('what is missing, there twice or of another run is named', async (t) => {
  const folder = await threeShards(t);
  const merge = async (...words: string[]) => {
    const run = await ropewalk(folder, ['merge', ...words, '--out', 'merged']);
    t.is(run.exitCode, 2, words.join(' '));
    t.is(run.stdout, '');
    return run.stderr;
  };
  const [one, two, three] = [1, 2, 3].map((index) => `shards-3/grid/shard-${index}-of-3`);
  t.regex(await merge(one!, three!), /^grid lacks shard 2\/3 \[shard-missing\]\n.*--shard 2\/3/);
  cpSync(join(folder, two!), join(folder, 'copy'), { recursive: true });
  t.regex(
    await merge('shards-3', 'copy'),
    /^shard 2 of grid is there twice: shards-3\/grid\/shard-2-of-3 and copy \[shard-twice\]/,
  );
  writeIn(folder, file, small.replace('50 Mbit/s', '51 Mbit/s'));
  await ropewalk(folder, ['run', file, '--shard', '2/3', '--out', 'shards-3']);
  t.regex(await merge('shards-3'), /are not of one run: .* have changed \[shards-differ\]/);
  await ropewalk(folder, ['run', file, '--shard', '2/3', '--out', 'shards-3', '--seed', '9']);
  t.regex(await merge('shards-3'), /are not of one run: seed was 3 and is 9 \[shards-differ\]/);
  await ropewalk(folder, ['run', file, '--shard', '2/4', '--out', 'four']);
  t.regex(await merge(one!, 'four'), /one is of 3 shards, one of 4 \[shards-differ\]/);
  t.regex(await merge('scenarios'), /^there is no finished shard in scenarios \[no-shards\]/);
  t.regex(await merge('nowhere'), /^nowhere can't be read: .* \[no-shards\]/);
});

test.serial(
  'a result that is cut off, foreign or forged is named and nothing is written',
  async (t) => {
    const folder = await threeShards(t);
    const path = join(shardPath(folder, 2, 3), 'result.json');
    const text = readFileSync(path, 'utf8');
    const result = JSON.parse(text);
    const [first] = result.ran;
    const forgeries: readonly [string, RegExp][] = [
      [text.slice(0, -20), /it is cut off, or no JSON \[damaged-file\]\n {3}fetch it again/],
      ['', /it is cut off, or no JSON \[damaged-file\]/],
      ['{"version":1}', /something is missing in it \[damaged-file\]/],
      [
        '{"version":1,"rows":[]}',
        /it is the result of a whole run, not of a shard \[damaged-file\]/,
      ],
      [
        JSON.stringify({ ...result, ran: [...result.ran, first] }),
        /sample 2 of .* is not in this shard, or there twice \[damaged-file\]/,
      ],
      [
        JSON.stringify({ ...result, ran: [{ ...first, sample: 99 }] }),
        /sample 99 of .* is not in this shard, or there twice \[damaged-file\]/,
      ],
    ];
    for (const [forged, said] of forgeries) {
      writeFileSync(path, forged);
      const run = await ropewalk(folder, ['merge', 'shards-3', '--out', 'merged']);
      t.is(run.exitCode, 2);
      t.regex(run.stderr, said);
      t.regex(run.stderr, /shards-3\/grid\/shard-2-of-3\/result\.json can't be used/);
      t.false(readFolder(folder).has('merged/grid/result.json'));
    }
  },
);

test.serial(
  'shards of several scenarios become a result each, and none is written over',
  async (t) => {
    const folder = startFolder(t, {
      [file]: small,
      'scenarios/other.yaml': small.replace('scenario: grid', 'scenario: other'),
    });
    for (const part of ['1/2', '2/2']) {
      await ropewalk(folder, [
        'run',
        file,
        'scenarios/other.yaml',
        '--shard',
        part,
        '--out',
        'parts',
      ]);
    }
    const run = await ropewalk(folder, ['merge', 'parts', '--out', 'merged']);
    t.is(run.exitCode, 0, run.stderr);
    t.regex(run.stdout, /^2 scenarios: /m);
    const into = await ropewalk(folder, ['merge', 'parts', '--out', 'parts']);
    t.is(into.exitCode, 2);
    t.regex(into.stderr, /parts\/grid holds files that no run wrote \[folder-not-ours\]/);
  },
);

test.serial('a part that makes no sense is refused', async (t) => {
  const folder = startFolder(t, { [file]: small });
  for (const part of ['0/2', '3/2', '1', '1/0', 'a/b', '-1/2']) {
    const run = await ropewalk(folder, ['run', file, `--shard=${part}`]);
    t.is(run.exitCode, 2, part);
    t.regex(run.stderr, /from 1\/n to n\/n, such as 2\/4\. \[command-line\]/);
  }
  const none = await ropewalk(folder, ['run', file, '--shard', '1/2', '--case', 'nothing']);
  t.is(none.exitCode, 2);
});

test.serial('--dry-run names the looks, and what the shard would run', async (t) => {
  const folder = startFolder(t, { [file]: small });
  const dry = async (...words: string[]) =>
    (await ropewalk(folder, ['run', file, '--dry-run', ...words])).stdout;
  t.regex(await dry(), /a first look after 3 of each; where it decides nothing, a second after 7$/);
  t.regex(await dry('--repeat', '4'), /one look, after all of them$/);
  t.regex(
    await dry('--shard', '2/4'),
    /shard 2 of 4 runs 8 of 28, those of a second look included$/,
  );
  const listed = JSON.parse(await dry('--shard', '2/4', '--json'));
  t.is(listed[0].samples.length, 8);
});

test.serial(
  'shards take the samples of a second look, and merge to the whole run that looked twice',
  async (t) => {
    for (const bound of ['20.4 ms', '30 ms', '22 ms']) {
      const folder = startFolder(t, { [file]: undecided.replace('20.4 ms', bound) });
      const whole = await ropewalk(folder, ['run', file, '--out', 'whole']);
      for (const part of ['1/2', '2/2']) {
        await ropewalk(folder, ['run', file, '--shard', part, '--out', 'parts']);
      }
      const merged = await ropewalk(folder, ['merge', 'parts', '--out', 'merged']);
      t.is(merged.exitCode, whole.exitCode, merged.stdout + merged.stderr);
      const [one, other] = [readFolder(join(folder, 'whole')), readFolder(join(folder, 'merged'))];
      t.deepEqual(differences(one, other), []);
    }
  },
);
