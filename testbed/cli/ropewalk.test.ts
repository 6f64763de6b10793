import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa, type Options } from 'execa';
import { starterScenario, starterTopology } from './starter.ts';

const bin = join(import.meta.dirname, 'ropewalk.js');

/** A folder with the starter in it, in which the command is run. */
function startFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  write(folder, 'topologies/home.yaml', starterTopology);
  write(folder, 'scenarios/hello.yaml', starterScenario);
  return folder;
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** What does not end is ended, so that a fault can't leave a process behind. */
const patiently = { reject: false, timeout: 60_000, killSignal: 'SIGKILL' } as const;

async function ropewalk(cwd: string, words: readonly string[], options: Options = {}) {
  const { stdout, stderr, exitCode } = await execa(process.execPath, [bin, ...words], {
    cwd,
    ...patiently,
    env: { NO_COLOR: '1', COLUMNS: '100', GITHUB_ACTIONS: '' },
    ...options,
  });
  return { stdout: String(stdout), stderr: String(stderr), exitCode };
}

/** The starter with one line of it changed. */
function changed(from: string, to: string): string {
  if (!starterScenario.includes(from)) throw new Error(`the starter lacks ${from}`);
  return starterScenario.replace(from, to);
}

test.serial('0: the starter passes, and shows its table', async (t) => {
  const folder = startFolder(t);
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml']);
  t.is(run.exitCode, 0, run.stdout + run.stderr);
  t.regex(run.stdout, /^hello {2}lab sim, seed 1, 7 samples$/m);
  t.regex(run.stdout, /^verdict +expectation +measured +bound +why$/m);
  t.regex(run.stdout, /^3 pass\n7 of 7 samples finished in .*; records in reports\/runs\/hello$/m);
  t.regex(run.stderr, /^hello: 0 of 7 samples, now sample 1$/m);
});

test.serial(
  '1: a broken expectation fails, and says how to see its worst sample again',
  async (t) => {
    const folder = startFolder(t);
    write(folder, 'scenarios/hello.yaml', changed('download.lost == 0', 'download.lost > 0'));
    const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', '--repeat', '2']);
    t.is(run.exitCode, 1, run.stdout + run.stderr);
    const again = /^ {2}(ropewalk run scenarios\/hello\.yaml --sample \d) {2}# nothing-lost$/m.exec(
      run.stdout,
    );
    t.truthy(again, run.stdout);
    const alone = await ropewalk(folder, again![1]!.split(' ').slice(1));
    t.is(alone.exitCode, 1);
    const path = again![1]!.replace(/.*--sample (\d)/, 'records/default/default/sample-$1.ndjson');
    t.deepEqual(
      readFileSync(join(folder, 'reports/runs/_again/hello', path)),
      readFileSync(join(folder, 'reports/runs/hello', path)),
    );
  },
);

test.serial('1: what is not done at the limit fails with how far it came', async (t) => {
  const folder = startFolder(t);
  write(folder, 'scenarios/hello.yaml', changed('limit: 30 s', 'limit: 2500 ms'));
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', '--sample', '1']);
  t.is(run.exitCode, 1);
  t.regex(run.stdout, /unfinished: download 2\.\d of 4 MiB/);
});

test.serial(
  '2: a wrong file names the place and the word that was meant, and nothing starts',
  async (t) => {
    const folder = startFolder(t);
    write(folder, 'scenarios/hello.yaml', changed('from: server', 'from: sever'));
    const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml']);
    t.is(run.exitCode, 2);
    t.is(run.stdout, '');
    t.regex(run.stderr, /^scenarios\/hello\.yaml:9:34: .*"sever" is not a node \[unknown-node\]$/m);
    t.regex(run.stderr, /did you mean "server"\?/);
    t.false(existsSync(join(folder, 'reports')));
  },
);

test.serial('2: a wrong command line suggests the right word', async (t) => {
  const folder = startFolder(t);
  const said = async (...words: string[]) => {
    const run = await ropewalk(folder, words);
    t.is(run.exitCode, 2, words.join(' '));
    t.is(run.stdout, '');
    return run.stderr;
  };
  t.is(await said('rnu'), "unknown command 'rnu' [command-line]\n   did you mean run?");
  t.is(
    await said('run', 'scenarios/hello.yaml', '--sede', '3'),
    "unknown option '--sede' [command-line]\n   did you mean --seed?",
  );
  t.is(
    await said('run', 'scenarios/hello.yaml', '--lab', 'netsn'),
    'there is no lab called "netsn" [unknown-lab]\n   did you mean netns?',
  );
  t.is(
    await said('run', 'scenarios/hello.yaml', '--case', 'defalt'),
    'scenarios/hello.yaml has no case called "defalt" [unknown-case]\n   did you mean default?',
  );
  t.is(
    await said('run', 'scenarios/hello.yaml', '--repeat', 'many'),
    "option '--repeat <number>' argument 'many' is invalid. Write a whole number from 1 to 1000000. [command-line]\n   ropewalk run --help says what it takes",
  );
});

test.serial('2: two files of one name would share a folder, and are refused', async (t) => {
  const folder = startFolder(t);
  write(folder, 'scenarios/other.yaml', starterScenario);
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', 'scenarios/other.yaml']);
  t.is(run.exitCode, 2);
  t.regex(run.stderr, /are both called hello, and would write to one folder \[same-name\]/);
});

test.serial('4: an event outside the traffic that it disturbs makes the run invalid', async (t) => {
  const folder = startFolder(t);
  write(folder, 'scenarios/hello.yaml', changed('after: download.bytes >= 1 MiB', 'at: 25 s'));
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', '--repeat', '1']);
  t.is(run.exitCode, 4, run.stdout + run.stderr);
  t.regex(run.stdout, /event slow never began/);
});

test.serial('5: a scenario that this lab can not run at all is unsupported', async (t) => {
  const folder = startFolder(t);
  const programs = 'programs: { mine: { on: phone, run: [./mystack] } }\ntraffic:';
  write(folder, 'scenarios/hello.yaml', changed('traffic:', programs));
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', '--repeat', '1']);
  t.is(run.exitCode, 5, run.stdout + run.stderr);
  t.regex(run.stdout, /unsupported/);
  t.regex(run.stdout, /mystack/);
});

test.serial('70: a fault of our own names a file with what whoever mends it needs', async (t) => {
  const folder = startFolder(t);
  const planted = `data:text/javascript,${encodeURIComponent(
    "import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';" +
      "os.hostname = () => { throw new Error('planted'); }; syncBuiltinESMExports();",
  )}`;
  const run = await execa(
    process.execPath,
    ['--import', planted, bin, 'run', 'scenarios/hello.yaml', '--repeat', '1'],
    { ...patiently, cwd: folder, env: { TMPDIR: folder } },
  );
  t.is(run.exitCode, 70);
  const file =
    /^ropewalk: a fault of Ropewalk itself: planted\n {2}please report it with (.*)$/m.exec(
      run.stderr,
    )?.[1];
  t.regex(
    readFileSync(file!, 'utf8'),
    /^ropewalk run scenarios\/hello\.yaml --repeat 1\n.*\n\nError: planted/,
  );
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test.serial(
    `${code}: after ${signal} the table shows what there is, and every file is whole`,
    async (t) => {
      const folder = startFolder(t);
      const words = [bin, 'run', 'scenarios/hello.yaml', '--repeat', '100000'];
      const running = execa(process.execPath, words, {
        cwd: folder,
        reject: false,
        env: { NO_COLOR: '1' },
      });
      running.stderr.once('data', () => running.kill(signal));
      const run = await running;
      t.is(run.exitCode, code, run.stderr);
      t.regex(run.stdout, /^interrupted: this is what there is so far$/m);
      const read = (name: string) => readFileSync(join(folder, 'reports/runs/hello', name), 'utf8');
      const result = JSON.parse(read('result.json'));
      t.true(result.run.interrupted);
      for (const { records } of result.samples) {
        const lines = read(records).trimEnd().split('\n');
        t.is(JSON.parse(lines.at(-1)!).kind, 'run.ended');
      }
    },
  );
}

test.serial('the same seed gives the same bytes, and another seed others', async (t) => {
  const folder = startFolder(t);
  const run = async (out: string, seed: string) => {
    const words = ['run', 'scenarios/hello.yaml', '--repeat', '2', '--capture'];
    const done = await ropewalk(folder, [...words, '--out', out, '--seed', seed]);
    t.is(done.exitCode, 0, done.stderr);
    const read = (name: string) => readFileSync(join(folder, out, 'hello', name));
    const { run: _, ...result } = JSON.parse(read('result.json').toString());
    const records = read('records/default/default/sample-2.ndjson');
    const capture = read('records/default/default/sample-2.pcapng');
    t.is(capture.readUInt32BE(0), 0x0a0d0d0a);
    return { result, records, capture };
  };
  const [one, same, other] = [await run('a', '5'), await run('b', '5'), await run('c', '6')];
  t.deepEqual(one.result, same.result);
  t.true(one.records.equals(same.records) && one.capture.equals(same.capture));
  t.false(one.records.equals(other.records) || one.capture.equals(other.capture));
});

test.serial('--json prints one document and nothing else', async (t) => {
  const folder = startFolder(t);
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', '--repeat', '1', '--json']);
  const result = JSON.parse(run.stdout);
  t.is(result.version, 1);
  t.is(result.verdict, 'pass');
  t.is(run.stderr, '');
  t.deepEqual(
    result,
    JSON.parse(readFileSync(join(folder, 'reports/runs/hello/result.json'), 'utf8')),
  );
});

test.serial('--dry-run says what would be done and does nothing', async (t) => {
  const folder = startFolder(t);
  const run = await ropewalk(folder, ['run', 'scenarios/hello.yaml', '--dry-run']);
  t.is(run.exitCode, 0, run.stderr);
  t.regex(run.stdout, /download\/source/);
  t.false(existsSync(join(folder, 'reports')));
});

test.serial('check says ok, or every problem of every file', async (t) => {
  const folder = startFolder(t);
  const fine = await ropewalk(folder, ['check', 'scenarios/hello.yaml']);
  t.is(fine.exitCode, 0);
  t.is(fine.stdout, 'ok: scenarios/hello.yaml, 7 samples');
  write(folder, 'scenarios/two.yaml', changed('download.lost == 0', 'downlod.lost == 0'));
  write(folder, 'scenarios/one.yaml', changed('limit: 30 s', 'limit: 30'));
  const files = ['one', 'two', 'hello'].map((name) => `scenarios/${name}.yaml`);
  const wrong = await ropewalk(folder, ['check', ...files]);
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /^scenarios\/one\.yaml:7:8: .*"30" has no unit/m);
  t.regex(wrong.stderr, /^scenarios\/two\.yaml:18:11: .*downlod/m);
  t.is(wrong.stdout, 'ok: scenarios/hello.yaml, 7 samples');
  const json = await ropewalk(folder, ['check', '--json', ...files]);
  const found = JSON.parse(json.stdout);
  t.deepEqual(
    found.map(({ ok }: { ok: boolean }) => ok),
    [false, false, true],
  );
  t.is(found[0].problems[0].line, 7);
  t.is(json.stderr, '');
});

test.serial('list shows each scenario with what it is about', async (t) => {
  const folder = startFolder(t);
  const matrix = 'matrix:\n  links.wifi.delay: [5 ms, 20 ms]\ntraffic:';
  write(folder, 'scenarios/more.yaml', changed('traffic:', matrix));
  const { stdout, exitCode } = await ropewalk(folder, ['list']);
  t.is(exitCode, 0);
  const about =
    'A phone downloads through its home router while the Wi-Fi becomes slow for a moment.';
  t.is(
    stdout,
    `scenarios/hello.yaml\n  ${about}\n  7 samples\nscenarios/more.yaml\n  ${about}\n  2 cases, 7 samples each`,
  );
  const one = await ropewalk(folder, ['list', 'scenarios/more.yaml']);
  t.regex(one.stdout, /^ {2}case links\.wifi\.delay=5ms$/m);
});

test.serial(
  'init writes a scenario that passes its check, and never writes over a file',
  async (t) => {
    const folder = startFolder(t);
    const first = await ropewalk(folder, ['init', 'lab']);
    t.is(first.exitCode, 0, first.stderr);
    t.regex(first.stdout, /^next: ropewalk run lab\/scenarios\/hello\.yaml$/m);
    t.is((await ropewalk(folder, ['check', 'lab/scenarios/hello.yaml'])).exitCode, 0);
    const second = await ropewalk(folder, ['init', 'lab']);
    t.is(second.exitCode, 2);
    t.regex(second.stderr, /are there already \[file-exists\]/);
    t.regex(second.stderr, /name another folder: ropewalk init lab-2$/m);
    t.is((await ropewalk(folder, ['init', 'lab-2'])).exitCode, 0);
    const third = await ropewalk(folder, ['init', 'lab/']);
    t.regex(third.stderr, /name another folder: ropewalk init lab-3$/m);
  },
);

test.serial('schema prints a JSON Schema, explain plain text', async (t) => {
  const folder = startFolder(t);
  const schema = await ropewalk(folder, ['schema', 'topology']);
  t.is(JSON.parse(schema.stdout).type, 'object');
  const explain = await ropewalk(folder, ['explain', 'scenarios/hello.yaml']);
  t.is(explain.exitCode, 0, explain.stderr);
  t.regex(explain.stdout, /wifi: .* 5 ms one way, 10 ms there and back/);
});

test.serial('bare, it shows three commands to try', async (t) => {
  const run = await ropewalk(startFolder(t), []);
  t.is(run.exitCode, 0);
  t.is(run.stdout.match(/^ {2}ropewalk /gm)?.length, 3);
});

test.serial('a reader that goes away is no error', (t) => {
  const folder = startFolder(t);
  const command = `"${process.execPath}" "${bin}" run scenarios/hello.yaml --repeat 1 --json | true; echo "\${PIPESTATUS[0]}"`;
  const piped = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' });
  t.is(piped.stdout.trim(), '0');
  t.is(piped.stderr, '');
});

test.serial('on an older Node it says in one sentence what to do', async (t) => {
  const pretend = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });",
  )}`;
  const run = await execa(process.execPath, ['--import', pretend, bin, 'list'], patiently);
  t.is(run.exitCode, 5);
  t.is(
    run.stderr,
    'ropewalk needs Node 26 or newer and this is Node 20.20.2: start it with npx ropewalk, which finds the Node that was installed beside it.',
  );
});
