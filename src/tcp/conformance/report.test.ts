import { readFileSync } from 'node:fs';
import test from 'ava';
import { conformanceCases } from './cases.ts';
import { linuxDifferences, ourDifferences } from './differences.ts';
import { renderReport, reportFile } from './report.ts';

test('the committed table is what comes out', async (t) => {
  const committed = readFileSync(new URL(`../../../${reportFile}`, import.meta.url), 'utf8');
  t.is(await renderReport(), committed);
});

test('every difference is of a case that there is', (t) => {
  const ids = new Set(conformanceCases.map(({ id }) => id));
  for (const id of [...Object.keys(ourDifferences), ...Object.keys(linuxDifferences)]) {
    t.true(ids.has(id), id);
  }
});
