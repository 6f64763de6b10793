/** Trace files that links name: opened beside the file that names them, and each parsed once. */
import { dirname, isAbsolute, join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import type { RawTrace } from './link-fields.ts';
import type { TraceSettings } from './link-settings.ts';
import { parseMahimahi } from './link-trace.ts';
import { parseTraceCsv } from './link-trace-csv.ts';
import { isTraceProblem, type TraceProblem } from './link-trace-lines.ts';
import type { ReadText, SourceFile } from './loaded.ts';
import { locate } from './locate.ts';
import type { MergedDirection } from './merge-directions.ts';
import { readFile } from './read-file.ts';
import { type MapSource, placeAt } from './source.ts';

export interface TraceFiles {
  readonly readText: ReadText;
  /** By path and format. */
  readonly opened: Map<string, OpenedTrace>;
}

interface OpenedTrace {
  readonly file: SourceFile | undefined;
  readonly settings: TraceSettings | undefined;
  readonly problem: InputError | undefined;
}

export function openTrace(
  raw: RawTrace,
  merged: MergedDirection,
  root: MapSource,
  traces: TraceFiles,
  problems: InputError[],
): TraceSettings | undefined {
  const named = locate(root, [...(merged.paths.get('trace') ?? []), 'file'], 'value');
  const path = isAbsolute(raw.file) ? raw.file : join(dirname(named.source.file), raw.file);
  const key = `${raw.format} ${path}`;
  const opened = traces.opened.get(key) ?? parseFile(path, raw.format, traces.readText);
  traces.opened.set(key, opened);
  const { problem, settings } = opened;
  if (problem !== undefined) problems.push(problem.place ? problem : placed(problem, named));
  return settings;
}

function placed(problem: InputError, named: Parameters<typeof placeAt>[0]): InputError {
  const { code, message, cause } = problem;
  const hint = 'the path counts from the folder of this file';
  return new InputError({ code, message, hint, cause, place: placeAt(named) });
}

function parseFile(path: string, format: RawTrace['format'], readText: ReadText): OpenedTrace {
  try {
    const file = readFile(path, readText);
    const reading = format === 'csv' ? parseTraceCsv(file.text) : parseMahimahi(file.text);
    if (!isTraceProblem(reading)) return { file, settings: reading, problem: undefined };
    return { file, settings: undefined, problem: explainTrace(path, reading) };
  } catch (problem) {
    if (!(problem instanceof InputError)) throw problem;
    return { file: undefined, settings: undefined, problem };
  }
}

function explainTrace(file: string, reading: TraceProblem): InputError {
  const { code, problem, hint, line, column, width, text } = reading;
  return new InputError({
    code,
    message: problem,
    hint,
    place: { file, line, column, width, text },
  });
}
