import test from 'ava';
import { processorTable } from './processor-table.ts';

function sample(uplinkNs: number): string {
  return [
    { tNs: 1, node: 'phone', kind: 'program.waited', id: 'uplink', ranNs: uplinkNs, waitedNs: 5 },
    { tNs: 1, node: 'phone', kind: 'program.waited', id: 'other', ranNs: 7e9, waitedNs: 5 },
    { tNs: 2, node: 'gateway', kind: 'program.waited', id: 'landing', ranNs: 2_684_354_560 },
  ]
    .map((record) => JSON.stringify(record))
    .join('\n');
}

test('time on a processor is told for a gigabyte: the median of the samples, of each program and of all', (t) => {
  // 0.134217728 GB: 1.34217728 s are 10 s a gigabyte.
  const ours = [sample(1_342_177_280), sample(2_684_354_560), sample(1_342_177_280)];
  const variants = new Map([
    ['ours', ours],
    ['kernel', ['{"kind":"other"}']],
  ]);
  t.deepEqual(processorTable(variants, ['uplink', 'landing']).slice(2), [
    '| variant | uplink, s/GB | landing, s/GB | together, s/GB |',
    '| --- | --- | --- | --- |',
    '| ours | 10.0 | 20.0 | 30.0 |',
    '| kernel | none | none | none |',
  ]);
});
