import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { Metric } from '../schema/result.ts';
import { csvColumns, formatSamplesCsv } from './samples-csv.ts';
import { resultOf, sampleOf } from './testing-result.ts';

/** RFC 4180, strictly: CRLF ends each record, a quoted field may hold anything. */
function readCsv(text: string): Record<string, string>[] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const records: string[][] = [];
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new Error('not RFC 4180');
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  const [heads, ...rows] = records;
  return rows.map((row) => Object.fromEntries(heads!.map((head, at) => [head, row[at]!])));
}

test('each metric of each sample is a row, its figure under its unit', (t) => {
  const metrics: Record<string, Metric> = {
    gap: { kind: 'value', value: 214_000_000.5, dimension: 'time' },
    goodput: { kind: 'value', value: 1e22, dimension: 'rate' },
    'download.bytes': { kind: 'value', value: 4_194_304, dimension: 'size' },
    'download.lost': { kind: 'value', value: 0, dimension: 'plain' },
    direct: { kind: 'missing', reason: 'no delivery before the end' },
  };
  const rows = readCsv(formatSamplesCsv(resultOf({ samples: [sampleOf({ metrics })] })));
  const figures = rows.map((row) => [
    row['metric'],
    row['time_ns'],
    row['rate_bps'],
    row['size_bytes'],
    row['plain'],
    row['missing_reason'],
  ]);
  t.deepEqual(figures, [
    ['gap', '214000000.5', '', '', '', ''],
    ['goodput', '', '1e+22', '', '', ''],
    ['download.bytes', '', '', '4194304', '', ''],
    ['download.lost', '', '', '', '0', ''],
    ['direct', '', '', '', '', 'no delivery before the end'],
  ]);
});

test('a sample without a metric keeps its row, with how it ended', (t) => {
  const samples = [sampleOf({ outcome: { kind: 'failed', reason: 'server crashed, code 3' } })];
  const [row, ...others] = readCsv(formatSamplesCsv(resultOf({ samples })));
  t.is(others.length, 0);
  t.is(row!['outcome'], 'failed');
  t.is(row!['outcome_reason'], 'server crashed, code 3');
  t.is(row!['metric'], '');
});

test('whatever a name holds, it reads back', (t) => {
  const nasty = fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', ' ', 'a', ';', '=') });
  fc.assert(
    fc.property(nasty, nasty, (caseId, metric) => {
      const metrics = { [metric]: { kind: 'value', value: 1, dimension: 'plain' } } as const;
      const samples = [sampleOf({ case: caseId, metrics }), sampleOf({ case: caseId, metrics })];
      const rows = readCsv(formatSamplesCsv(resultOf({ samples })));
      t.is(rows.length, 2);
      for (const row of rows) t.deepEqual([row['case'], row['metric']], [caseId, metric]);
    }),
    propertyRuns(200),
  );
});

test('docs/results.md explains every column, and no other', (t) => {
  const page = readFileSync(new URL('../../docs/results.md', import.meta.url), 'utf8');
  const section = page.split('## samples.csv')[1]!.split('\n## ')[0]!;
  const explained = [...section.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
  t.deepEqual(explained, csvColumns);
});
