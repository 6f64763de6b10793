import { readFileSync } from 'node:fs';
import test from 'ava';
import { drawMatrix } from './punch-matrix.ts';

/** Formatters pad cells with spaces. */
const squeeze = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

test('the matrix of the page is that of the committed references', (t) => {
  const baseline = JSON.parse(readFileSync('reports/baselines/punch-grid.json', 'utf8'));
  const matrix = drawMatrix(baseline);
  t.is(matrix.split('\n').length, 11);
  t.true(squeeze(readFileSync('docs/punching.md', 'utf8')).includes(squeeze(matrix)));
});
