/** All files that a result is written as, beside its records. */
import { formatPage } from './html/page.ts';
import type { ReportMaterial } from './html/report-material.ts';
import { formatJson } from './json.ts';
import { formatJunit } from './junit.ts';
import { formatMarkdown } from './markdown.ts';
import { formatSamplesCsv } from './samples-csv.ts';

export interface ResultFile {
  readonly name: string;
  readonly text: string;
}

/** `result.json` is the last: where it stands, the others do. */
export function formatResultFiles(material: ReportMaterial): ResultFile[] {
  const { result, gate } = material;
  return [
    { name: 'report.html', text: formatPage(material) },
    { name: 'report.md', text: formatMarkdown(result) },
    { name: 'junit.xml', text: formatJunit(result, gate) },
    { name: 'samples.csv', text: formatSamplesCsv(result) },
    { name: 'result.json', text: formatJson(result) },
  ];
}

/** What a later run may take away. */
export const resultFileNames = [
  'report.html',
  'report.md',
  'junit.xml',
  'samples.csv',
  'result.json',
] as const;
