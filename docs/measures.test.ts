import { readFileSync } from 'node:fs';
import test from 'ava';
import { progressNames } from '../testbed/measure/progress.ts';
import { trafficProperties } from '../testbed/measure/traffic-metrics.ts';
import { measureKinds, picks } from '../testbed/schema/model.ts';

const page = readFileSync('docs/measures.md', 'utf8');

test('every kind of measure has its section', (t) => {
  const sections = [...page.matchAll(/^## ([a-z-]+)$/gm)].map((match) => match[1]);
  t.deepEqual(sections, [...measureKinds]);
});

test('every property of a traffic has its row, and no row is of something else', (t) => {
  const table = page.slice(page.indexOf('## Properties of a traffic'));
  const rows = [...table.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1]);
  t.deepEqual(rows, [...trafficProperties]);
});

test('picks and live names are all told', (t) => {
  for (const name of [...picks, ...progressNames]) t.true(page.includes(`\`${name}\``), name);
});
