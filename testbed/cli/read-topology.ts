/** A file to set up, which may be a topology on its own: a scenario in which nothing happens. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { prepareScenario } from '../campaign/prepare.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { readFile } from '../schema/read-file.ts';
import { readScenarios } from './read-scenarios.ts';

export function readScenarioOrTopology(file: string): LoadedScenario {
  const { text } = readFile(file, (path) => readFileSync(path));
  if (isScenario(text)) return readScenarios([file])[0]!;
  const around = join(dirname(file), `.${basename(file)}.scenario`);
  const scenario = `scenario: topology\ntopology: ${JSON.stringify(basename(file))}\n`;
  return prepareScenario(around, (path) => (path === around ? scenario : readFileSync(path)));
}

/** What has no name of its own is a topology. */
export function isScenario(text: string): boolean {
  return /^["']?scenario["']?\s*:/m.test(text);
}
