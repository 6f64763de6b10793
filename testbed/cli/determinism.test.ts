import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'testbed/cli/ropewalk.js');
const scenarios = ['bursty-loss', 'carrier-grade', 'two-links'].map(
  (name) => `scenarios/${name}.yaml`,
);

function scratch(t: { teardown(undo: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The digest of every record file and capture that the run left. */
async function runAndDigest(out: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const flags = ['--seed', '5', '--repeat', '1', '--capture', '--out', out, '--json'];
  await execa(process.execPath, [program, 'run', ...scenarios, ...flags], { cwd: root, env });
  const files = globSync('**/*.{ndjson,pcapng}', { cwd: out }).toSorted();
  return files.map((file) => {
    const bytes = readFileSync(join(out, file));
    return `${file} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
}

test('records and captures are the same bytes whatever the time zone, the locale and the load', async (t) => {
  const [here, there] = [scratch(t), scratch(t)];
  const plain = await runAndDigest(here, { TZ: 'UTC', LC_ALL: 'C' });
  const spin = 'const end = Date.now() + 20_000; while (Date.now() < end);';
  const load = execa(process.execPath, ['--eval', spin], { reject: false });
  const foreign = await runAndDigest(there, { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' });
  load.kill();
  await load;
  t.true(plain.length >= 10);
  t.deepEqual(foreign, plain);
});

/** Rare enough that most samples lose nothing, often enough that some seed has one that does. */
const rarelyLossy = `
scenario: rarely-lossy
about: A link that loses one frame in five thousand.
topology:
  nodes: { a: { kind: host }, b: { kind: host } }
  links: { wire: { between: [a, b], rate: 10 Mbit/s, delay: 1 ms, loss: 0.02 % } }
repeat: 7
limit: 10 s
traffic:
  feed: { run: stream, from: a, to: b, rate: 4 Mbit/s, payload: 500 B, count: 800 }
expect:
  nothing-lost: { that: feed.lost == 0, because: the control of a rig that loses what it should carry }
`;

interface Judged {
  readonly exitCode: number | undefined;
  readonly lossy: number;
}

async function judgeSeed(folder: string, seed: number): Promise<Judged> {
  const file = join(folder, 'rarely-lossy.yaml');
  writeFileSync(file, rarelyLossy);
  const flags = ['--seed', String(seed), '--json', '--out', join(folder, 'out')];
  const run = await execa(process.execPath, [program, 'run', file, ...flags], { reject: false });
  const [result] = [JSON.parse(run.stdout)].flat();
  const lost = result.samples.map(
    (sample: { metrics: Record<string, { value: number }> }) => sample.metrics['feed.lost']?.value,
  );
  return { exitCode: run.exitCode, lossy: lost.filter((count: number) => count > 0).length };
}

test('one sample of seven that loses a byte fails lost == 0, and seven that lose none pass', async (t) => {
  const folder = scratch(t);
  const judged: Judged[] = [];
  for (let seed = 1; seed <= 12; seed++) judged.push(await judgeSeed(folder, seed));
  const oneOfSeven = judged.filter(({ lossy }) => lossy === 1);
  const none = judged.filter(({ lossy }) => lossy === 0);
  t.true(oneOfSeven.length > 0 && none.length > 0, JSON.stringify(judged));
  t.true(oneOfSeven.every(({ exitCode }) => exitCode === 1));
  t.true(none.every(({ exitCode }) => exitCode === 0));
});
