import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import {
  bin,
  differences,
  grid,
  readFolder,
  ropewalk,
  startFolder,
  undecided,
  writeIn,
} from './testing-runs.ts';

const file = 'grid.yaml';
const run = ['run', file, '--out', 'out'];

/** The process ends itself, as by `kill -9`, just before the nth file would appear under its name. */
function killedBeforeFile(count: number): string {
  return `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    const rename = fs.renameSync; let left = ${count};
    fs.renameSync = (...names) => { if (--left === 0) process.kill(process.pid, 'SIGKILL'); rename(...names); };
    syncBuiltinESMExports();`;
}

/** What the whole run leaves, to compare with. */
async function uninterrupted(t: ExecutionContext): Promise<Map<string, string>> {
  const folder = startFolder(t, { [file]: grid });
  t.is((await ropewalk(folder, run)).exitCode, 0);
  return readFolder(join(folder, 'out'));
}

/** Each with the moment at which it was written. */
function sampleFiles(folder: string): Map<string, bigint> {
  const names = globSync('out/grid/records/**/sample-*([0-9]).json', { cwd: folder });
  return new Map(
    names.map((name) => [name, statSync(join(folder, name), { bigint: true }).mtimeNs]),
  );
}

// campaign.json is the first file; then each sample has three: records, story, and its own.
const moments: readonly [number, number, string][] = [
  [1, 0, 'before anything is there'],
  [2, 0, 'within the first sample'],
  [4, 0, 'between the records of a sample and what was measured'],
  [77, 25, 'in the middle'],
  [151, 49, 'within the last sample'],
  [152, 50, 'after the last sample, before there is a result'],
];

test.serial('killed at any moment, a run of 50 cases goes on where it was', async (t) => {
  const whole = await uninterrupted(t);
  for (const [count, finished, when] of moments) {
    const folder = startFolder(t, { [file]: grid });
    const killed = await ropewalk(folder, run, killedBeforeFile(count));
    t.is(killed.signal, 'SIGKILL', when);
    const before = sampleFiles(folder);
    t.is(before.size, finished, when);
    const resumed = await ropewalk(folder, [...run, '--resume']);
    t.is(resumed.exitCode, 0, resumed.stderr);
    t.regex(resumed.stdout, /^50 of 50 samples finished in /m);
    const after = sampleFiles(folder);
    t.is(after.size, 50, when);
    t.deepEqual(
      [...before].filter(([name, written]) => after.get(name) !== written),
      [],
      when,
    );
    t.deepEqual(differences(readFolder(join(folder, 'out')), whole), [], when);
  }
});

test.serial('what a budget cut is run by the command that the report says', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  await ropewalk(folder, [...run, '--budget', '1ms']);
  const page = readFileSync(join(folder, 'out/grid/report.html'), 'utf8');
  const [, said] = /<code>ropewalk (run [^<]* --resume)<\/code>/.exec(page) ?? [];
  t.is(said, 'run grid.yaml --out out --resume');
  const resumed = await ropewalk(folder, said!.split(' '));
  t.regex(resumed.stdout, /^50 of 50 samples finished in /m);
});

test.serial('killed again and again, it comes to the same end', async (t) => {
  const whole = await uninterrupted(t);
  const folder = startFolder(t, { [file]: grid });
  for (const count of [30, 11, 2, 40]) {
    const killed = await ropewalk(folder, [...run, '--resume'], killedBeforeFile(count));
    t.is(killed.signal, 'SIGKILL');
  }
  t.is((await ropewalk(folder, [...run, '--resume'])).exitCode, 0);
  t.deepEqual(differences(readFolder(join(folder, 'out')), whole), []);
});

test.serial('killed from outside at a moment of its own, it loses nothing either', async (t) => {
  const folder = startFolder(t, { [file]: grid.replace('repeat: 1', 'repeat: 40') });
  const running = execa(process.execPath, [bin, ...run], { cwd: folder, reject: false });
  running.stderr.once('data', () => running.kill('SIGKILL'));
  t.is((await running).signal, 'SIGKILL');
  const resumed = await ropewalk(folder, [...run, '--resume', '--repeat', '2']);
  t.is(resumed.exitCode, 0, resumed.stderr);
  t.regex(resumed.stdout, /^100 of 100 samples finished in /m);
});

test.serial('without --resume everything is run again', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  await ropewalk(folder, run, killedBeforeFile(52));
  const before = sampleFiles(folder);
  t.is((await ropewalk(folder, run)).exitCode, 0);
  const after = sampleFiles(folder);
  t.is([...before].filter(([name, written]) => after.get(name) === written).length, 0);
});

test.serial('a shard that was killed goes on, and merges', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  const shard = (part: string) => ['run', file, '--out', 'parts', '--shard', part];
  await ropewalk(folder, shard('1/2'));
  t.is((await ropewalk(folder, shard('2/2'), killedBeforeFile(20))).signal, 'SIGKILL');
  const early = await ropewalk(folder, ['merge', 'parts', '--out', 'out']);
  t.is(early.exitCode, 2);
  t.regex(early.stderr, /^grid lacks shard 2\/2 \[shard-missing\]\n.*--shard 2\/2; with --resume/);
  t.is((await ropewalk(folder, [...shard('2/2'), '--resume'])).exitCode, 0);
  t.is((await ropewalk(folder, ['merge', 'parts', '--out', 'out'])).exitCode, 0);
  t.deepEqual(differences(readFolder(join(folder, 'out')), await uninterrupted(t)), []);
});

test.serial('what has changed since is named, and nothing is mixed', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  await ropewalk(folder, run, killedBeforeFile(52));
  const before = readFolder(join(folder, 'out'));
  const refused = async (...words: string[]) => {
    const resumed = await ropewalk(folder, [...run, '--resume', ...words]);
    t.is(resumed.exitCode, 2);
    t.deepEqual(differences(readFolder(join(folder, 'out')), before), []);
    return resumed.stderr;
  };
  t.regex(await refused('--seed', '4'), /another run: seed was 3 and is 4 \[resume-mismatch\]/);
  t.regex(await refused('--capture'), /capture was false and is true \[resume-mismatch\]/);
  writeIn(folder, file, grid.replace('50 Mbit/s', '51 Mbit/s'));
  t.regex(
    await refused(),
    /^the samples in out\/grid are of another run: the scenario, its topology or its traces have changed \[resume-mismatch\]/,
  );
  writeIn(folder, file, `# a remark changes nothing\n${grid}`);
  t.is((await ropewalk(folder, [...run, '--resume'])).exitCode, 0);
});

test.serial('a file that is cut off is named, with what to do', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  await ropewalk(folder, run, killedBeforeFile(52));
  const [name] = [...sampleFiles(folder).keys()].toSorted();
  const path = join(folder, name!);
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40));
  const resumed = await ropewalk(folder, [...run, '--resume']);
  t.is(resumed.exitCode, 2);
  t.true(
    resumed.stderr.startsWith(`${name} can't be used: it is cut off, or no JSON`),
    resumed.stderr,
  );
  t.regex(resumed.stderr, /delete this file, and run the same command again with --resume/);
  writeFileSync(join(folder, 'out/grid/campaign.json'), '{"sc');
  const unknown = await ropewalk(folder, [...run, '--resume']);
  t.is(unknown.exitCode, 2);
  t.regex(unknown.stderr, /campaign\.json can't be used: .*\n {3}begin anew: .* without --resume/);
});

test.serial(
  'a second look that was cut off is finished, and judged as if it had not been',
  async (t) => {
    const whole = startFolder(t, { [file]: undecided });
    const looked = await ropewalk(whole, run);
    t.regex(looked.stderr, /^undecided: look 2: 7 of 15 samples, now sample 8$/m);
    const folder = startFolder(t, { [file]: undecided });
    // campaign.json, seven samples, two of the second look, and the records of one more.
    const killed = await ropewalk(folder, run, killedBeforeFile(1 + 3 * 7 + 3 * 2 + 2));
    t.is(killed.signal, 'SIGKILL');
    const resumed = await ropewalk(folder, [...run, '--resume']);
    t.is(resumed.exitCode, looked.exitCode);
    t.regex(resumed.stderr, /^undecided: look 2: 9 of 15 samples, now sample 10$/m);
    const out = (from: string) => readFolder(join(from, 'out'));
    t.deepEqual(differences(out(folder), out(whole)), []);
  },
);
