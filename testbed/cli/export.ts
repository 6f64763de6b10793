import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { parseRecord } from '../../src/trace/ndjson.ts';
import { ChunkedFile } from '../campaign/chunked-file.ts';
import { writeWhole } from '../campaign/folder.ts';
import { readStory } from '../campaign/report-material.ts';
import {
  formatDictionary,
  headOf,
  packetLines,
  sampleLines,
  seriesLines,
  type TidyName,
  tidyTables,
} from '../report/tidy.ts';
import type { SampleResult } from '../schema/result.ts';
import { type OpenedResult, openResults } from './result-source.ts';
import type { Session } from './session.ts';

interface ExportFlags {
  readonly tidy?: boolean;
  readonly to: string;
}

const examples = `
Examples:
  ropewalk export reports/runs/two-links --tidy --to figures
  ropewalk export reports/runs/* --tidy --to figures      all results in the same tables`;

export function addExport(program: Command, { terminal }: Session): void {
  program
    .command('export')
    .description(
      'write results as tidy tables: samples, series, packets, and what each column holds',
    )
    .argument('<folders...>', 'folders of results')
    .requiredOption('--tidy', 'a row an observation, with the unit in the name of each column')
    .option('--to <folder>', 'where the tables go', 'export')
    .addHelpText('after', examples)
    .action(async (folders: string[], flags: ExportFlags) => {
      await writeTables(openResults(folders), flags.to);
      const names = [...Object.keys(tidyTables), 'dictionary.csv'].map((name) =>
        join(flags.to, name),
      );
      terminal.print(names.map((name) => `${name}\n`).join(''));
    });
}

async function writeTables(results: readonly OpenedResult[], path: string): Promise<void> {
  const folder = { path };
  writeWhole(folder, 'dictionary.csv', formatDictionary());
  for (const name of Object.keys(tidyTables) as TidyName[]) {
    using file = new ChunkedFile(folder, name);
    file.write(Buffer.from(headOf(name)));
    for (const opened of results) {
      for (const sample of opened.result.samples) {
        for await (const lines of linesOf(name, opened, sample)) file.write(Buffer.from(lines));
      }
    }
    file.close();
  }
}

async function* linesOf(name: TidyName, { folder, result }: OpenedResult, sample: SampleResult) {
  if (name === 'samples.csv') yield sampleLines(result, sample);
  if (name === 'series.csv') {
    const story = readStory(folder, sample);
    if (story !== undefined) yield seriesLines(result, sample, story);
  }
  const records = join(folder, sample.records);
  if (name !== 'packets.csv' || !existsSync(records)) return;
  for await (const line of createInterface({ input: createReadStream(records) })) {
    const record = parseRecord(line);
    if ('kind' in record) yield packetLines(result, sample, record);
  }
}
