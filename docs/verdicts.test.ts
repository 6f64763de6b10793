import { readFileSync } from 'node:fs';
import test from 'ava';
import { quantifiers } from '../testbed/schema/model.ts';
import { verdicts } from '../testbed/schema/result.ts';
import { type PlannedLook, planLooks } from '../testbed/statistics/planned-looks.ts';

const page = readFileSync('docs/verdicts.md', 'utf8');

function rowsOf(section: string): string[][] {
  const start = page.indexOf(section);
  const lines = page.slice(start).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, at) => at > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('every verdict and every statistic has its row', (t) => {
  t.deepEqual(
    rowsOf('# Verdicts').map(([name]) => name),
    verdicts.map((name) => `\`${name}\``),
  );
  t.deepEqual(
    rowsOf('## Which statistic').map(([name]) => name),
    quantifiers.map((name) => `\`${name}\``),
  );
});

test('the numbers that pass and fail are those that looks are planned with', (t) => {
  const rows = rowsOf('So:');
  t.true(rows.length > 5);
  for (const [at, counts, passes, fails] of rows) {
    const looks = planLooks(at as 'median' | 'p90' | 'p99', counts!.split(', ').map(Number));
    const told = (count: (look: PlannedLook) => number | undefined) =>
      looks.map((look) => count(look) ?? '–').join(', ');
    t.is(
      told((look) => look.passRank),
      passes!,
      `${at} at ${counts}`,
    );
    t.is(
      told((look) => look.failRank && look.failRank - 1),
      fails!,
      `${at} at ${counts}`,
    );
  }
});
