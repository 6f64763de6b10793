import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'testbed/cli/ropewalk.js');

/** What `make references` looks at is not looked at twice. */
const flagships = [
  ...readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^\w+_flagships := (.+)$/gm),
].flatMap(([, names]) => names!.split(' '));
/** What stands in folders below, or asks for hundreds of samples, takes too long here, and is proved. */
const asksForHundreds = /^repeat: \d{3,}$/m;
const shipped = globSync('*.yaml', { cwd: join(root, 'scenarios') })
  .filter((file) => !asksForHundreds.test(readFileSync(join(root, 'scenarios', file), 'utf8')))
  .filter((file) => existsSync(join(root, 'reports/baselines', file.replace('.yaml', '.json'))))
  .filter((file) => !flagships.includes(file.replace('.yaml', '')))
  .map((file) => `scenarios/${file}`);

test('every shipped scenario gives the very figures of its committed reference', async (t) => {
  t.timeout(300_000);
  t.true(shipped.length >= 20 && flagships.length >= 10);
  const words = [program, 'baseline', 'check', ...shipped];
  const check = await execa(process.execPath, words, { cwd: root, reject: false });
  t.is(check.exitCode, 0, check.stdout + check.stderr);
});

/** A noisy path, asked over by two variants; the expectations compare them sample by sample. */
const compared = `
scenario: compared
about: The same questions over the same noisy path, twice.
topology:
  nodes: { a: { kind: host }, b: { kind: host } }
  links: { wire: { between: [a, b], rate: 10 Mbit/s, delay: 30 ms, jitter: 10 ms, loss: 1 % } }
limit: 60 s
traffic:
  ask: { run: request-response, from: a, to: b, count: 100, payload: 200 B, interval: 5 ms, timeout: 500 ms }
variants:
  now: {}
  then: THEN
measure:
  typical: { what: rtt, of: ask, pick: median }
expect:
  not-slower: { that: now.typical <= then.typical }
  not-faster: { that: now.typical >= then.typical }
  as-many: { that: now.ask.answered == then.ask.answered }
`;

async function compare(
  t: ExecutionContext,
  then: string,
  seed: number,
): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'compared.yaml');
  writeFileSync(file, compared.replace('THEN', then));
  const flags = ['--repeat', '1', '--seed', String(seed), '--json', '--out', join(folder, 'out')];
  const run = await execa(process.execPath, [program, 'run', file, ...flags], { reject: false });
  const [result] = [JSON.parse(run.stdout)].flat();
  const rows: { expectation: string; verdict: string }[] = result.rows;
  return Object.fromEntries(rows.map(({ expectation, verdict }) => [expectation, verdict]));
}

test('in sim nothing differs from itself, whatever the seed', async (t) => {
  const same = { 'not-slower': 'pass', 'not-faster': 'pass', 'as-many': 'pass' };
  for (const seed of [1, 2, 3, 4, 5]) t.deepEqual(await compare(t, '{}', seed), same);
});

test('in sim 10 ms more on a path are found with one pair', async (t) => {
  for (const seed of [1, 2, 3]) {
    const rows = await compare(t, '{ links.wire.delay: 40 ms }', seed);
    t.is(rows['not-slower'], 'pass');
    t.is(rows['not-faster'], 'fail');
  }
});
