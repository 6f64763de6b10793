import { readFileSync } from 'node:fs';
import test from 'ava';
import { describeParameters, describePlans, reportFile } from './print-error-rates.ts';

const report = readFileSync(new URL(`../../${reportFile}`, import.meta.url), 'utf8').split('\n');

test('the committed report was made with the parameters that stand in the code', (t) => {
  t.true(report.includes(describeParameters()), 'run the command that the report names');
});

test('the exact part of the committed report is what comes out now', (t) => {
  for (const line of describePlans()) t.true(report.includes(line), line);
});

test('the committed report says of every figure asked for that it holds', (t) => {
  t.is(report.filter((line) => /\| holds +\|$/.test(line)).length, 4);
  t.false(report.some((line) => line.includes('does not hold')));
});
