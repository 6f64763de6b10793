import { readFileSync } from 'node:fs';
import test from 'ava';
import { punchGrid } from './punch-grid.ts';
import {
  type Baseline,
  drawBehaviours,
  drawMatrix,
  drawPlaces,
  shownNames,
} from './punch-matrix.ts';

/** Formatters pad cells with spaces. */
const squeeze = (text: string) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

const baseline: Baseline = JSON.parse(readFileSync('reports/baselines/punch-grid.json', 'utf8'));

for (const [name, draw, lines] of [
  ['presets', drawMatrix, 11],
  ['behaviours', drawBehaviours, 11],
  ['places', drawPlaces, 8],
] as const) {
  test(`the table of ${name} on the page is that of the committed references`, (t) => {
    const table = draw(baseline);
    t.is(table.split('\n').length, lines);
    t.true(squeeze(readFileSync('docs/punching.md', 'utf8')).includes(squeeze(table)), table);
  });
}

test('the committed grid is the one that its boxes make', (t) => {
  t.is(readFileSync('scenarios/punch-grid.yaml', 'utf8'), punchGrid);
});

test('the table on the first page is that of the committed references', (t) => {
  const table = drawMatrix(baseline, shownNames);
  t.true(squeeze(readFileSync('README.md', 'utf8')).includes(squeeze(table)), table);
});
