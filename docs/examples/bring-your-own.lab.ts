/** The examples as they stand, on this machine's kernel: programs that know nothing of Ropewalk. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import type { Result } from '../../testbed/schema/result.ts';

const folder = join(import.meta.dirname, 'bring-your-own');
const ropewalk = join(import.meta.dirname, '../../testbed/cli/ropewalk.js');

async function run(t: ExecutionContext, file: string) {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk example '));
  t.teardown(() => rmSync(out, { recursive: true }));
  const words = [ropewalk, 'run', join(folder, file), '--lab', 'netns', '--out', out];
  const ran = await execa(process.execPath, words, { reject: false, all: true });
  const name = /^scenario: (\S+)$/m.exec(readFileSync(join(folder, file), 'utf8'))![1]!;
  const path = join(out, name);
  const result = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as Result;
  return { ...ran, path, result };
}

/** On a machine that is busy elsewhere a sample may be invalid, again and again: that is no finding. */
function passes(t: ExecutionContext, { all, result }: Awaited<ReturnType<typeof run>>): void {
  const { outcome } = result.samples[0]!;
  if (outcome.kind === 'invalid') {
    t.log(outcome.reason);
    t.pass();
    return;
  }
  const verdicts = result.rows.map(({ expectation, verdict }) => [expectation, verdict]);
  t.deepEqual(
    verdicts,
    verdicts.map(([expectation]) => [expectation, 'pass']),
    all,
  );
}

for (const file of ['download.yaml', 'iperf3.yaml']) {
  test(`${file} passes`, async (t) => {
    passes(t, await run(t, file));
  });
}
