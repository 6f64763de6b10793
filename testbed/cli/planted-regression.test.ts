/** A scheduler that somebody made slower, in one commit of sixteen: nothing else of the runs changes. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { createRepository } from './testing-repository.ts';
import { bin, ropewalk, startFolder, writeIn } from './testing-runs.ts';

/** Which link carries how much of the transfer, is the scheduler's choice alone. */
const scenario = `
scenario: choice
about: A transfer with two ways to go, one near and fast, one far and slow.
topology:
  nodes: { server: { kind: host, stack: own }, phone: { kind: terminal, stack: own } }
  links:
    near: { between: [server, phone], rate: 40 Mbit/s, delay: 5 ms, jitter: 1 ms }
    far: { between: [server, phone], rate: 4 Mbit/s, delay: 40 ms, jitter: 1 ms }
seed: 35
repeat: 2
limit: 20 s
traffic:
  download: { run: stream, from: server, to: phone, opened-by: phone, via: near, bytes: 1 MiB, transport: mptcp, scheduler: lowest-rtt }
measure:
  speed: { what: goodput, of: download }
expect:
  whole: { that: download.lost == 0 }
`;

/** Of two paths with room the nearer takes what waits; slowed: always the younger, which is the far one. */
function schedulerAt(commit: number): string {
  const takes =
    commit < 11 ? '!other.hasRoom || !isNearer(other, asking)' : 'asking.number > other.number';
  return `// change ${commit}
export const isNearer = (path, than) =>
  path.srttNs === than.srttNs ? path.number < than.number : path.srttNs < than.srttNs;
export const lowestRtt = {
  copies: false,
  takes: (asking, others) => others.every((other) => ${takes}),
};
`;
}

/** A tree with a Ropewalk of its own: this one, but for its scheduler. */
const start = `
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
const source = readFileSync(new URL('../../scheduler.js', import.meta.url), 'utf8');
registerHooks({
  load: (url, context, next) =>
    url.endsWith('/src/mptcp/scheduler/lowest-rtt.ts')
      ? { format: 'module', source, shortCircuit: true }
      : next(url, context),
});
await import(${JSON.stringify(pathToFileURL(bin).href)});
`;

async function repository(folder: string): Promise<string[]> {
  const { commit } = await createRepository(join(folder, 'repo'));
  writeIn(folder, 'repo/package.json', '{ "type": "module" }');
  writeIn(folder, 'repo/testbed/cli/ropewalk.js', start);
  const commits: string[] = [];
  for (let at = 1; at <= 16; at++) {
    writeIn(folder, 'repo/scheduler.js', schedulerAt(at));
    commits.push(await commit(`change ${at}`));
  }
  return commits;
}

test('a slowed scheduler is worse, and the figure that says so is named', async (t) => {
  t.timeout(300_000);
  const folder = startFolder(t, { 'choice.yaml': scenario });
  const commits = await repository(folder);
  const ab = (from: number, to: number) =>
    ropewalk(folder, ['ab', `${commits[from]}..${commits[to]}`, 'choice.yaml', '--repo', 'repo']);
  const [slower, equal] = [await ab(9, 10), await ab(8, 9)];
  t.is(slower.exitCode, 1, slower.stdout + slower.stderr);
  const worse = [...slower.stdout.matchAll(/^worse +choice (\S+)/gm)].map(([, figure]) => figure);
  t.deepEqual(worse, ['speed']);
  t.is(equal.exitCode, 0, equal.stdout + equal.stderr);
  t.regex(equal.stdout, /^same +choice speed/m);
});

test('of sixteen commits the one that slowed the scheduler is found, by the figure', async (t) => {
  t.timeout(300_000);
  const folder = startFolder(t, { 'choice.yaml': scenario });
  const commits = await repository(folder);
  const bisect = (from: number, to: number, metric: string) =>
    ropewalk(folder, [
      ...['bisect', `${commits[from]}..${commits[to]}`, 'choice.yaml'],
      ...['--repo', 'repo', '--worse', metric],
    ]);
  const found = await bisect(0, 15, 'speed');
  t.is(found.exitCode, 0, found.stderr);
  t.regex(found.stdout, /^first bad: .* change 11$/m);
  t.true(found.stdout.includes(commits[10]!));
  t.regex((await bisect(0, 9, 'speed')).stderr, /is good, not bad/);
  t.regex((await bisect(0, 15, 'spede')).stderr, /is neither good nor bad, not bad/);
});
