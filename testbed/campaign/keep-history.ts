/** The folder of runs that were: a file a run, written once. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryOf, type HistoryEntry, historyVersion } from '../history/entry.ts';
import { giveToCaller } from '../labs/caller.ts';
import { formatJson } from '../report/json.ts';
import type { Result } from '../schema/result.ts';
import { fileName, makeFolder, unwritable } from './folder.ts';
import { isMap } from './stored-json.ts';

/** Of one scenario the newest so many are looked at: a page of more is read by nobody. */
const mostRead = 200;

/** `<folder>/<scenario>/2026-06-01T09-30-00.000Z-sim-1a2b3c4d.json`; the same run has the same name. */
export function keepRun(folder: string, result: Result): string {
  const text = formatJson(entryOf(result));
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const started = result.run.startedAt.replaceAll(':', '-');
  const own = join(folder, fileName(result.scenario));
  const path = join(own, `${started}-${fileName(result.lab)}-${mark}.json`);
  try {
    makeFolder(own);
    writeFileSync(path, text, { flag: 'wx' });
    giveToCaller(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
  }
  return path;
}

export interface ReadHistory {
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** Files that are no runs of ours. */
  readonly unreadable: readonly string[];
}

export function readHistory(folder: string, scenario: string): ReadHistory {
  const own = join(folder, fileName(scenario));
  const names = list(own)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .slice(-mostRead);
  const found = names.map((name) => ({ path: join(own, name), entry: read(join(own, name)) }));
  return {
    entries: found
      .flatMap(({ entry }) => entry ?? [])
      .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0)),
    unreadable: found.filter(({ entry }) => entry === undefined).map(({ path }) => path),
  };
}

/** The scenarios whose runs are kept there. */
export function listHistory(folder: string): string[] {
  return list(folder).map(decodeURIComponent).toSorted();
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return [];
    throw unwritable(folder, error);
  }
}

function read(path: string): HistoryEntry | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  if (!isMap(value) || value['version'] !== historyVersion) return false;
  const texts = ['scenario', 'lab', 'startedAt', 'fingerprint', 'machine', 'node', 'meaning'];
  return (
    texts.every((key) => typeof value[key] === 'string') &&
    [value['rows'], value['figures']].every((all) => Array.isArray(all) && all.every(isMap))
  );
}
