import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { resultOf, rowOf, sampleOf } from '../report/testing-result.ts';
import type { Result, SampleOutcome } from '../schema/result.ts';
import { capturePath, openFolder, writeWhole } from './folder.ts';
import { dropOtherCaptures } from './keep-captures.ts';

/** `far 2`: the samples whose captures are left, of three each of two cases. */
function keptOf(outcomes: Readonly<Record<string, SampleOutcome>>, rows: Result['rows']): string[] {
  const path = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  try {
    const folder = openFolder(join(path, 'near'));
    const samples = ['near', 'far'].flatMap((caseId) =>
      [1, 2, 3].map((sample) => {
        const outcome = outcomes[`${caseId} ${sample}`] ?? { kind: 'finished' };
        return sampleOf({ case: caseId, sample, outcome });
      }),
    );
    for (const { case: caseId, variant, sample, seed } of samples)
      writeWhole(folder, capturePath({ caseId, variant, sample, seed }), 'frames');
    dropOtherCaptures(folder, resultOf({ samples, rows }));
    const left = globSync('**/*.pcapng', { cwd: folder.path });
    return left.map((one) => one.replace(/^.*(near|far).*-(\d)\.pcapng$/, '$1 $2')).toSorted();
  } finally {
    rmSync(path, { recursive: true });
  }
}

test('each sample that did not come to its end keeps its capture, beside one that passed', (t) => {
  const reason = 'server exited with code 1';
  const outcomes = {
    'far 1': { kind: 'failed', reason },
    'far 3': { kind: 'failed', reason },
  } as const;
  t.deepEqual(keptOf(outcomes, []), ['far 1', 'far 3', 'near 1']);
});

test('of a row that broke, the worst sample keeps its capture', (t) => {
  const again = 'ropewalk run scenarios/failover.yaml --case far --sample 2';
  const rows = [rowOf({ case: 'near' }), rowOf({ case: 'far', verdict: 'fail', again })];
  t.deepEqual(keptOf({}, rows), ['far 2', 'near 1']);
});

test('where nothing broke, one capture is left', (t) => {
  t.deepEqual(keptOf({}, [rowOf({ case: 'near' }), rowOf({ case: 'far' })]), ['near 1']);
});
