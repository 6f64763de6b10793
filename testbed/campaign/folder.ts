/**
 * The folder that a run writes. Each file appears whole, by a rename, so that whatever is there is
 * valid whenever the run is cut off. A folder is written over only where a marker says it is ours.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import { resultFileNames } from '../report/result-files.ts';
import type { Slot } from './schedule.ts';

export interface RunFolder {
  readonly path: string;
}

const marker = '.ropewalk-run';
const written = ['records', ...resultFileNames];

/** Takes the folder over: what an earlier run wrote there goes, anything else is left alone. */
export function openFolder(path: string): RunFolder {
  if (existsSync(path)) refuseForeign(path);
  try {
    makeFolder(path);
    for (const name of written) rmSync(join(path, name), { recursive: true, force: true });
    writeFileSync(join(path, marker), 'Written by ropewalk run, which may write it again.\n');
  } catch (error) {
    throw unwritable(path, error);
  }
  return { path };
}

/** Node's own `recursive` never returns where a parent can't hold folders, as under /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function refuseForeign(path: string): void {
  const names = listFolder(path);
  if (names.length === 0 || names.includes(marker)) return;
  throw new InputError({
    code: 'folder-not-ours',
    message: `${path} holds files that no run wrote`,
    hint: 'name another folder with --out',
  });
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): InputError {
  return new InputError({
    code: 'folder-not-writable',
    message: `${path} can't be written: ${(error as Error).message}`,
    hint: 'name another folder with --out',
    cause: error,
  });
}

/** Relative to the folder. */
export function recordsPath(slot: Slot): string {
  return `${slotPath(slot)}.ndjson`;
}

export function capturePath(slot: Slot): string {
  return `${slotPath(slot)}.pcapng`;
}

function slotPath({ caseId, variant, sample }: Slot): string {
  return `records/${fileName(caseId)}/${fileName(variant)}/sample-${sample}`;
}

/** `links.lte.rate=50%2FMbit`: what a file system or a shell might trip over is percent-encoded. */
export function fileName(name: string): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9._=,+\-[\]]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    )
    .replace(/^\./, '%2e');
  if (plain.length <= 200) return plain;
  return `${plain.slice(0, 180)}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

export function writeWhole(folder: RunFolder, path: string, text: string): void {
  const { partial, finish } = beginFile(folder, path);
  writeFileSync(partial, text);
  finish();
}

/** A name to write to, and the rename that makes the file appear. */
export function beginFile(
  folder: RunFolder,
  path: string,
): { readonly partial: string; finish(): void } {
  const whole = join(folder.path, path);
  const partial = `${whole}.partial`;
  makeFolder(dirname(whole));
  return { partial, finish: () => renameSync(partial, whole) };
}
