/** What is said of a command of somebody else's: how it starts, when it is ready, what is read of it. */
import { isAbsolute } from 'node:path';
import { readPattern, readRegex } from './line-pattern.ts';
import type { SourcePath } from './loaded.ts';
import type { ForeignModel, ReadsModel, ReadyModel } from './model.ts';
import type { RawProgram } from './program-fields.ts';
import { quote } from './quote.ts';
import type { References } from './references.ts';

const foreignKeys = ['cwd', 'env', 'files', 'ready', 'awaited', 'start', 'reads'] as const;

/** Undefined: it is built in. */
export function resolveForeign(
  raw: RawProgram,
  path: SourcePath,
  references: References,
): ForeignModel | undefined {
  if (typeof raw.run === 'string') {
    refuseKeys(raw, path, references);
    return undefined;
  }
  checkPlace(raw.cwd, [...path, 'cwd'], references);
  for (const [at, file] of (raw.files ?? []).entries()) {
    checkPlace(file, [...path, 'files', at], references);
    checkInside(file, [...path, 'files', at], references);
  }
  return {
    cwd: raw.cwd,
    env: readEnvironment(raw.env ?? {}, [...path, 'env'], references),
    files: raw.files ?? [],
    ready: readReady(raw.ready, [...path, 'ready'], references),
    awaited: raw.awaited ?? false,
    startNs: raw.start ?? (raw.awaited ? 0 : undefined),
    reads: readReads(raw.reads, [...path, 'reads'], references),
  };
}

function refuseKeys(raw: RawProgram, path: SourcePath, { report }: References): void {
  for (const key of foreignKeys) {
    if (raw[key] === undefined) continue;
    const message = `${quote(raw.run)} is a built-in program, which has no ${key}`;
    const hint = `it belongs to a command of your own, which is a list: run: [./mystack]`;
    report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
  }
}

/** Whoever runs the scenario elsewhere has other folders. */
function checkPlace(place: string | undefined, path: SourcePath, { report }: References): void {
  if (place === undefined || (place !== '' && !isAbsolute(place))) return;
  const message = `${quote(place)} is not a path relative to this file`;
  const hint = 'write it as it is seen from the folder of this file: www';
  report({ code: 'impossible-value', path, message, hint });
}

/** The copy has the same path within the program's own folder. */
function checkInside(place: string, path: SourcePath, { report }: References): void {
  if (!place.split('/').includes('..')) return;
  const message = `${quote(place)} leads out of the folder of this file`;
  const hint = 'put the file beside the scenario, or below it';
  report({ code: 'impossible-value', path, message, hint });
}

function readEnvironment(
  raw: NonNullable<RawProgram['env']>,
  path: SourcePath,
  { report }: References,
): Record<string, string> {
  for (const name of Object.keys(raw)) {
    const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
    if (isName && !name.startsWith('ROPEWALK_')) continue;
    const message = isName
      ? `${quote(name)} is for Ropewalk to say`
      : `${quote(name)} is not a name of an environment`;
    const hint = isName ? 'choose another name' : 'write letters, digits and _, a letter first';
    report({ code: 'bad-name', path: [...path, name], about: path, aim: 'key', message, hint });
  }
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value)]));
}

function readReady(raw: RawProgram['ready'], path: SourcePath, { report }: References): ReadyModel {
  if (raw === undefined) return { kind: 'started' };
  const { line, port, protocol } = raw;
  if ((line === undefined) === (port === undefined)) {
    const isBoth = line !== undefined;
    const message = isBoth ? 'a line and a port are both waited for' : 'nothing is waited for';
    const hint = 'write { line: listening } or { port: 80 }';
    const code = isBoth ? 'conflicting-keys' : 'missing-key';
    report({ code, path, aim: 'key', message, hint });
    return { kind: 'started' };
  }
  if (port !== undefined) return { kind: 'port', port, protocol: protocol ?? 'tcp' };
  if (protocol !== undefined) {
    const message = 'a line has no protocol';
    const hint = 'it belongs to port';
    report({ code: 'misplaced-key', path: [...path, 'protocol'], aim: 'key', message, hint });
  }
  return readLine(line!, [...path, 'line'], report);
}

function readLine(line: string, path: SourcePath, report: References['report']): ReadyModel {
  if (line === '') {
    const message = 'every line has an empty part';
    const hint = 'write a word of the line that says so: listening';
    report({ code: 'empty-value', path, aim: 'key', message, hint });
  }
  const pattern = readPattern(line);
  if (!('problem' in pattern)) return { kind: 'line', pattern };
  reportRegex(line, pattern.problem, path, report);
  return { kind: 'started' };
}

function readReads(
  raw: RawProgram['reads'],
  path: SourcePath,
  { report }: References,
): ReadsModel | undefined {
  if (raw === undefined) return undefined;
  if (typeof raw === 'string') return { kind: raw };
  const read = readRegex(raw.regex);
  if (!('problem' in read)) return read;
  reportRegex(raw.regex, read.problem, [...path, 'regex'], report);
  return undefined;
}

function reportRegex(
  text: string,
  problem: string,
  path: SourcePath,
  report: References['report'],
): void {
  const message = `${quote(text)} is not a regular expression: ${problem}`;
  const hint = 'put it in single quotes, where YAML leaves backslashes alone';
  report({ code: 'bad-regex', path, message, hint });
}
