/** Verbs that work on runs which were: made anew, drawn, written as tables, held against each other. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import test from 'ava';
import { execa } from 'execa';
import { createRepository } from './testing-repository.ts';
import { bin, ropewalk, startFolder, writeIn } from './testing-runs.ts';

const topology = (delay: string): string => `
nodes: { phone: { kind: terminal }, server: { kind: host } }
links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: ${delay}, jitter: 1 ms } }
`;

const scenario = `
scenario: near
about: Some questions.
topology: topology.yaml
seed: 3
repeat: 2
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 5, interval: 10 ms, timeout: 2 s }
measure:
  rtt: { what: rtt, of: ping }
expect:
  soon: { that: rtt <= 23 ms, at: every }
`;

const files = { 'near.yaml': scenario, 'topology.yaml': topology('10 ms') };

test('a report tells since when something is broken, and history the same', async (t) => {
  const folder = startFolder(t, files);
  await ropewalk(folder, ['run', 'near.yaml']);
  writeIn(folder, 'topology.yaml', topology('20 ms'));
  t.is((await ropewalk(folder, ['run', 'near.yaml'])).exitCode, 1);
  const page = () => readFileSync(join(folder, 'reports/runs/near/report.html'), 'utf8');
  t.regex(page(), /Last good: .*Between them changed also: the scenario/);
  const before = page();
  rmSync(join(folder, 'reports/runs/near/report.html'));
  const made = await ropewalk(folder, ['report', 'reports/runs/near']);
  t.is(made.stdout, 'reports/runs/near/report.html', made.stderr);
  t.is(page(), before);
  const { stdout } = await ropewalk(folder, ['history', 'near', '--metric', 'rtt']);
  t.regex(stdout, /pass .* 2\d\.?\d* ms\n.*fail .* 4\d\.?\d* ms/);
  t.regex((await ropewalk(folder, ['history'])).stdout, /near +2 .*fail/);
  t.is((await ropewalk(folder, ['history', 'naer'])).exitCode, 2);
});

test('each run is a file of its own, and parts of runs are none', async (t) => {
  const folder = startFolder(t, files);
  const kept = () => globSync('reports/runs/_history/near/*.json', { cwd: folder }).length;
  for (const words of [[], [], ['--sample', '1']])
    await ropewalk(folder, ['run', 'near.yaml', ...words]);
  t.is(kept(), 2);
  await ropewalk(folder, ['run', 'near.yaml', '--history', 'perf']);
  t.is(kept(), 2);
  t.is(globSync('perf/near/*.json', { cwd: folder }).length, 1);
});

test('figures are SVG that a browser takes alone, each with its CSV', async (t) => {
  const folder = startFolder(t, files);
  await ropewalk(folder, ['run', 'near.yaml']);
  const drawn = await ropewalk(folder, ['report', 'reports/runs/near', '--figures', 'figures']);
  t.is(drawn.exitCode, 0, drawn.stderr);
  const names = globSync('figures/near/*', { cwd: folder });
  t.is(names.filter((name) => name.endsWith('.svg')).length, names.length / 2);
  t.regex(
    readFileSync(join(folder, 'figures/near/strip-rtt.svg'), 'utf8'),
    /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
  );
  const [head, first] = readFileSync(join(folder, 'figures/near/strip-rtt.csv'), 'utf8').split(
    '\r\n',
  );
  t.is(head, 'what,case,variant,sample,value_ns,outlier,operator');
  t.regex(first!, /^sample,default,default,1,2\d{7},false,$/);
});

test('tidy tables have each sample, step and packet, and a dictionary of all columns', async (t) => {
  const folder = startFolder(t, files);
  await ropewalk(folder, ['run', 'near.yaml']);
  t.is(
    (await ropewalk(folder, ['export', 'reports/runs/near', '--tidy', '--to', 'tidy'])).exitCode,
    0,
  );
  const rows = (name: string) =>
    readFileSync(join(folder, 'tidy', name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  const known = new Set(rows('dictionary.csv').map(([file, column]) => `${file} ${column}`));
  for (const name of ['samples.csv', 'series.csv', 'packets.csv']) {
    const [head, ...body] = rows(name);
    t.true(body.length > 0 && body.every(({ length }) => length === head!.length), name);
    t.deepEqual(
      head!.filter((column) => !known.has(`${name} ${column}`)),
      [],
      name,
    );
  }
  t.is(rows('packets.csv').filter((cells) => cells.includes('request.sent')).length, 10);
});

test('a sweep runs each value of a range, and draws the measure against it', async (t) => {
  const folder = startFolder(t, files);
  const words = [
    'sweep',
    'near.yaml',
    '--over',
    'topology.links.wire.delay=2ms..8ms',
    '--steps',
    '3',
    '--repeat',
    '6',
  ];
  const inline = scenario.replace(
    'topology: topology.yaml',
    `topology: {${topology('10 ms').trim().replace('\n', ', ')}}`,
  );
  writeIn(folder, 'near.yaml', inline);
  const swept = await ropewalk(
    folder,
    words.map((word) => word.replace('topology.links', 'links')),
  );
  t.is(swept.exitCode, 0, swept.stdout + swept.stderr);
  t.regex(swept.stdout, /links\.wire\.delay=8ms/);
  const page = readFileSync(join(folder, 'reports/runs/_sweeps/near/report.html'), 'utf8');
  t.true(page.includes('rtt against links.wire.delay'));
  t.true(page.includes('class="line s1"'));
  // Of six samples the least and the most bound the median: three values, an upright and two feet each.
  const [, bars] = /class="bar s1" d="([^"]*)"/.exec(page) ?? [];
  const uprights = [...bars!.matchAll(/M[\d.]+ ([\d.]+)V([\d.]+)/g)];
  t.is(uprights.length, 3);
  for (const [, low, high] of uprights) t.true(Number(low) > Number(high), bars);
});

test('old runs go, what is pinned or new stays, and so does what no run wrote', async (t) => {
  const folder = startFolder(t, { ...files, 'reports/runs/mine/note.txt': 'mine' });
  for (const out of ['old', 'pinned', 'new'])
    await ropewalk(folder, ['run', 'near.yaml', '--out', `reports/runs/${out}`]);
  for (const out of ['old', 'pinned']) {
    const path = join(folder, `reports/runs/${out}/near/result.json`);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/"startedAt": "\d{4}/, '"startedAt": "2020'),
    );
  }
  await ropewalk(folder, ['gc', '--pin', 'reports/runs/pinned/near']);
  const gone = await ropewalk(folder, ['gc', '--runs', 'older-than=14d']);
  t.regex(gone.stdout, /reports\/runs\/old\/near/);
  const stays = (path: string) => existsSync(join(folder, 'reports/runs', path));
  t.deepEqual(['old/near', 'pinned/near', 'new/near', 'mine/note.txt'].map(stays), [
    false,
    true,
    true,
    true,
  ]);
  t.is((await ropewalk(folder, ['gc', '--pin', 'reports/runs/mine'])).exitCode, 2);
  await ropewalk(folder, ['gc', '--unpin', 'reports/runs/pinned/near']);
  t.true(stays('pinned/near'), 'it is old, and nobody took it away yet');
  await ropewalk(folder, ['gc', '--runs', 'older-than=14d']);
  t.deepEqual(['pinned/near', 'new/near', 'mine/note.txt'].map(stays), [false, true, true]);
});

test('of captures those of what failed stay and one that passed, and the others go', async (t) => {
  const inline = `topology: {${topology('10 ms').trim().replace('\n', ', ')}}`;
  const two = `${inline}\nmatrix: { links.wire.delay: [10 ms, 20 ms] }`;
  const text = scenario.replace('topology: topology.yaml', two).replace('repeat: 2', 'repeat: 3');
  const folder = startFolder(t, { 'near.yaml': text });
  const captures = () => globSync('reports/runs/near/records/**/*.pcapng', { cwd: folder });
  await ropewalk(folder, ['run', 'near.yaml', '--capture']);
  t.is(captures().length, 6, 'three samples of two cases');
  t.is((await ropewalk(folder, ['run', 'near.yaml', '--capture-failed'])).exitCode, 1);
  const { rows } = JSON.parse(
    readFileSync(join(folder, 'reports/runs/near/result.json'), 'utf8'),
  ) as { rows: { verdict: string; again?: string }[] };
  const worst = /--sample (\d)/.exec(rows.find(({ verdict }) => verdict === 'fail')!.again!)![1];
  const kept = captures().map((path) =>
    path.replace(/^.*delay=(\d+).*-(\d)\.pcapng$/, '$1 ms, $2'),
  );
  t.deepEqual(kept.toSorted(), ['10 ms, 1', `20 ms, ${worst}`]);
});

test('a saved file is run again at once; a fault in it is said, and waited for', async (t) => {
  const folder = startFolder(t, files);
  const child = spawn(process.execPath, [bin, 'run', 'near.yaml', '--watch'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [out, err] = [listen(child.stdout), listen(child.stderr)];
  const exitCode = exitCodeOf(child);
  await out.until(/1 pass/);
  const savedMs = performance.now();
  writeIn(folder, 'topology.yaml', topology('20 ms'));
  await out.until(/1 fail/);
  const tookMs = performance.now() - savedMs;
  const [, told] = await err.until(/verdict (\d+) ms after the save/);
  t.log(`from the save to the verdict: ${tookMs.toFixed(0)} ms, of which it says ${told}`);
  // How soon, tells only on a machine that has nothing else to do.
  if (process.env['ROPEWALK_PROOF_ROUND'] !== undefined) t.true(tookMs < 1_000);
  writeIn(folder, 'near.yaml', scenario.replace('from: phone', 'from: fone'));
  await err.until(/"fone" is not a node/);
  writeIn(folder, 'near.yaml', scenario.replace('23 ms', '60 ms'));
  await out.until(/1 pass/);
  child.kill('SIGINT');
  t.is(await exitCode, 130);
});

/** Of one stream: what a process writes on two of them, arrives in any order. */
function listen(stream: Readable) {
  let text = '';
  let onText = (): void => {};
  let onEnd = (): void => {};
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    onText();
  });
  stream.on('end', () => onEnd());
  const until = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      onText = () => {
        const found = pattern.exec(text);
        if (found === null) return;
        text = text.slice(found.index + found[0].length);
        onText = () => {};
        resolve(found);
      };
      onEnd = () => reject(new Error(`ended without ${pattern}, after ${text}`));
      onText();
      if (stream.readableEnded) onEnd();
    });
  return { until };
}

function exitCodeOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('exit', resolve));
}

/** Sixteen commits, of which the eleventh adds 10 ms to the path. */
async function repository(folder: string): Promise<string[]> {
  const { commit } = await createRepository(join(folder, 'repo'));
  const commits: string[] = [];
  for (let at = 1; at <= 16; at++) {
    writeIn(folder, 'repo/topology.yaml', `${topology(at < 11 ? '10 ms' : '20 ms')}# ${at}\n`);
    commits.push(await commit(`change ${at}`));
  }
  return commits;
}

test('of sixteen commits the one that made a path slower is found, by its expectation', async (t) => {
  const folder = startFolder(t, {
    'near.yaml': scenario.replace('topology.yaml', "'{tree}/topology.yaml'"),
  });
  const commits = await repository(folder);
  const range = `${commits[0]}..${commits[15]}`;
  const found = await ropewalk(folder, [
    'bisect',
    range,
    'near.yaml',
    '--repo',
    'repo',
    '--expect',
    'soon',
  ]);
  t.is(found.exitCode, 0, found.stderr);
  t.regex(found.stdout, /^first bad: .* change 11$/m);
  t.true(found.stdout.includes(commits[10]!));
  const wrong = await ropewalk(folder, [
    'bisect',
    `${commits[1]}..${commits[3]}`,
    'near.yaml',
    '--repo',
    'repo',
  ]);
  t.regex(wrong.stderr, /is good, not bad/);
  t.is(
    (await execa('git', ['-C', join(folder, 'repo'), 'worktree', 'list'])).stdout.split('\n')
      .length,
    1,
  );
});

test('two revisions: what is slower is worse, what is equal the same', async (t) => {
  const folder = startFolder(t, {
    'near.yaml': scenario.replace('topology.yaml', "'{tree}/topology.yaml'"),
  });
  const commits = await repository(folder);
  const ab = (from: number, to: number) =>
    ropewalk(folder, [
      'ab',
      `${commits[from]}..${commits[to]}`,
      'near.yaml',
      '--repo',
      'repo',
      '--build',
      'test -f topology.yaml',
    ]);
  const [slower, equal] = [await ab(9, 10), await ab(8, 9)];
  t.is(slower.exitCode, 1, slower.stderr);
  t.regex(slower.stdout, /^worse +near rtt +2\d.* ms +4\d.* ms/m);
  t.is(equal.exitCode, 0, equal.stderr);
  t.regex(equal.stdout, /^same +near rtt/m);
  const failing = await ropewalk(folder, [
    'ab',
    `${commits[0]}..${commits[1]}`,
    'near.yaml',
    '--repo',
    'repo',
    '--build',
    'echo broken; false',
  ]);
  t.is(failing.exitCode, 2);
  t.regex(failing.stderr, /^broken \[build-failed\]$/m);
});

test('sides that would be the same are not compared', async (t) => {
  const folder = startFolder(t, files);
  const commands = await ropewalk(folder, ['ab', 'near.yaml', '--a', 'one', '--b', 'two']);
  t.is(commands.exitCode, 2);
  t.regex(commands.stderr, /^near.yaml does not say \{command\}: .* \[nothing-differs\]/m);
  const commits = await repository(folder);
  const range = `${commits[9]}..${commits[10]}`;
  const trees = await ropewalk(folder, ['ab', range, 'near.yaml', '--repo', 'repo']);
  t.regex(trees.stderr, /does not say \{tree\}/);
});

test('a comparison that is interrupted ends as such, and leaves no tree', async (t) => {
  const folder = startFolder(t, {
    'near.yaml': scenario
      .replace('topology.yaml', "'{tree}/topology.yaml'")
      .replace('count: 5', 'count: 4000'),
  });
  const commits = await repository(folder);
  const words = ['ab', `${commits[0]}..${commits[1]}`, 'near.yaml', '--repo', 'repo'];
  for (const interrupts of [1, 2]) {
    const child = spawn(process.execPath, [bin, ...words], { cwd: folder });
    t.teardown(() => child.kill('SIGKILL'));
    const exitCode = exitCodeOf(child);
    await listen(child.stderr).until(/10 pairs/);
    for (let at = 0; at < interrupts; at++) child.kill('SIGINT');
    t.is(await exitCode, 130);
    const { stdout } = await execa('git', ['-C', join(folder, 'repo'), 'worktree', 'list']);
    t.is(stdout.split('\n').length, 1, `${interrupts} interrupts`);
  }
});

test('a run whose reader is gone comes to its end', async (t) => {
  const folder = startFolder(t, files);
  const child = spawn(process.execPath, [bin, 'run', 'near.yaml'], { cwd: folder });
  t.teardown(() => child.kill('SIGKILL'));
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  const exitCode = await new Promise((resolve) => child.on('exit', resolve));
  t.is(exitCode, 0);
  t.true(existsSync(join(folder, 'reports/runs/near/report.html')));
});
