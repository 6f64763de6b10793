import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ropewalk, startFolder, writeIn } from './testing-runs.ts';

const scenario = `
scenario: pair
about: Five questions over two links.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 10 ms, jitter: 2 ms } }
seed: 3
repeat: 3
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 5, interval: 10 ms }
matrix:
  links.wire.delay: [10 ms, 20 ms]
measure:
  round-trip: { what: rtt, of: ping }
expect:
  near: { that: round-trip <= rtt(wire) + 5 ms, at: every }
`;
const file = 'scenarios/pair.yaml';
const saved = 'reports/baselines/pair.json';

async function savedFolder(t: ExecutionContext): Promise<string> {
  const folder = startFolder(t, { [file]: scenario });
  const run = await ropewalk(folder, ['baseline', 'save', file]);
  t.is(run.exitCode, 0, run.stderr);
  t.regex(
    run.stdout,
    /^reports\/baselines\/pair\.json\n {2}added links\.wire\.delay=10ms, default, sim: \d+ metrics\n/,
  );
  return folder;
}

/** Every saved figure of the round trip is made `factor` times as long. */
function scaleSaved(folder: string, factor: number): void {
  const text = readFileSync(join(folder, saved), 'utf8').replaceAll(
    /("round-trip": .*"values":)\[([^\]]*)\]/g,
    (_, head: string, values: string) =>
      `${head}[${values.split(',').map((value) => Math.round(Number(value) * factor))}]`,
  );
  writeIn(folder, saved, text);
}

test.serial(
  'what was saved is what comes again: 0, from the scenario or from its folder',
  async (t) => {
    const folder = await savedFolder(t);
    const before = readFileSync(join(folder, saved), 'utf8');
    for (const sources of [[], [file], ['reports/runs/pair'], ['reports/runs']]) {
      const run = await ropewalk(folder, ['baseline', 'check', ...sources]);
      t.is(run.exitCode, 0, run.stdout + run.stderr);
      t.regex(run.stdout, /^pair: \d+ figures as they were saved\n?$/);
    }
    const again = await ropewalk(folder, ['baseline', 'save', 'reports/runs/pair']);
    t.regex(again.stdout, /^ {2}2 as before$/m);
    t.is(readFileSync(join(folder, saved), 'utf8'), before);
  },
);

test.serial('what got worse names old, new, their ratio and the command: 1', async (t) => {
  const folder = await savedFolder(t);
  scaleSaved(folder, 0.5);
  const run = await ropewalk(folder, ['baseline', 'check', file]);
  t.is(run.exitCode, 1, run.stdout + run.stderr);
  t.regex(
    run.stdout.replaceAll(/\s+/g, ' '),
    /round-trip .* worse: median [\d.]+ ms, was [\d.]+ ms: 2 times/,
  );
  const again =
    /^ {2}ropewalk (run \S+ --seed 3 --case links\.wire\.delay=10ms --sample \d) /m.exec(
      run.stdout,
    );
  t.truthy(again, run.stdout);
  t.is((await ropewalk(folder, again![1]!.split(' '))).exitCode, 0);
  scaleSaved(folder, 4);
  const better = await ropewalk(folder, ['baseline', 'check', 'reports/runs/pair']);
  t.is(better.exitCode, 0, better.stdout);
  t.regex(
    better.stdout.replaceAll(/\s+/g, ' '),
    /to keep what is better as the reference: ropewalk baseline save scenarios\/pair\.yaml/,
  );
});

test.serial('a changed file makes it another scenario: 3, which only strict reddens', async (t) => {
  const folder = await savedFolder(t);
  writeIn(folder, file, scenario.replace('jitter: 2 ms', 'jitter: 3 ms'));
  const run = await ropewalk(folder, ['baseline', 'check', file]);
  t.is(run.exitCode, 3, run.stdout + run.stderr);
  t.regex(run.stdout.replaceAll(/\s+/g, ' '), /this reference is for another scenario/);
  const results = ['baseline', 'check', 'reports/runs/pair', '--gate'];
  const gated = await ropewalk(folder, [...results, 'fail']);
  t.is(gated.exitCode, 0);
  t.regex(
    gated.stderr,
    /^scenarios\/pair\.yaml: warning: inconclusive \(not gated\): pair figures/m,
  );
  t.is((await ropewalk(folder, [...results, 'strict'])).exitCode, 3);
});

test.serial('a looser bound is no other scenario', async (t) => {
  const folder = await savedFolder(t);
  writeIn(folder, file, scenario.replace('+ 5 ms', '+ 6 ms'));
  t.is((await ropewalk(folder, ['baseline', 'check', file])).exitCode, 0);
});

test.serial('without a reference it is inconclusive, and said how to make one', async (t) => {
  const folder = await savedFolder(t);
  rmSync(join(folder, saved));
  const run = await ropewalk(folder, ['baseline', 'check', 'reports/runs/pair']);
  t.is(run.exitCode, 3);
  t.regex(
    run.stdout.replaceAll(/\s+/g, ' '),
    /no reference yet: ropewalk baseline save scenarios\/pair\.yaml/,
  );
  const none = await ropewalk(folder, ['baseline', 'check']);
  t.is(none.exitCode, 2);
  t.regex(none.stderr, /there are no references in reports\/baselines \[no-references\]/);
});

test.serial('a broken file of references is 2, with its place', async (t) => {
  const folder = await savedFolder(t);
  const text = readFileSync(join(folder, saved), 'utf8');
  writeIn(folder, saved, text.replace('"seed": 3', '"seed": three'));
  const run = await ropewalk(folder, ['baseline', 'check', 'reports/runs/pair']);
  t.is(run.exitCode, 2);
  t.regex(
    run.stderr,
    /^reports\/baselines\/pair\.json:\d+:\d+: this is no baseline: no JSON at "three.*\[broken-baseline\]$/m,
  );
  t.regex(run.stderr, /^ +\| +\^$/m);
});

test.serial('half a verb, or a mistyped one, is told what it takes', async (t) => {
  const folder = startFolder(t, {});
  const half = await ropewalk(folder, ['baseline']);
  t.is(half.exitCode, 2);
  t.is(
    half.stderr,
    'baseline needs another word [command-line]\n   ropewalk baseline --help says what it takes',
  );
  const mistyped = await ropewalk(folder, ['baseline', 'chekc']);
  t.is(mistyped.exitCode, 2);
  t.is(mistyped.stderr, "unknown command 'chekc' [command-line]\n   did you mean check?");
});

test.serial('what is no result is named, and nothing is saved', async (t) => {
  const folder = startFolder(t, { 'empty/x.txt': '', 'cut/result.json': '{ "version": 1, ' });
  const empty = await ropewalk(folder, ['baseline', 'save', 'empty']);
  t.is(empty.exitCode, 2);
  t.regex(empty.stderr, /there is no result in empty \[no-result\]/);
  const cut = await ropewalk(folder, ['baseline', 'save', 'cut']);
  t.is(cut.exitCode, 2);
  t.regex(
    cut.stderr,
    /cut\/result\.json can't be used: it is cut off, or no JSON \[damaged-file\]/,
  );
  t.false(existsSync(join(folder, 'reports')));
});

test.serial('a reference from shards that were merged is that of the whole', async (t) => {
  const folder = await savedFolder(t);
  for (const part of ['1/2', '2/2']) await ropewalk(folder, ['run', file, '--shard', part]);
  const merged = await ropewalk(folder, ['merge', 'reports/runs/_shards', '--out', 'merged']);
  t.is(merged.exitCode, 0, merged.stderr);
  const run = await ropewalk(folder, ['baseline', 'check', 'merged']);
  t.is(run.exitCode, 0, run.stdout + run.stderr);
  const shard = await ropewalk(folder, ['baseline', 'save', 'reports/runs/_shards/pair']);
  t.is(shard.exitCode, 2);
  t.regex(shard.stderr, /it is the result of a shard/);
});
