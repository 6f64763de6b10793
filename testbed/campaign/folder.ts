/**
 * The folder that a run writes. Each file appears whole, by a rename, so that whatever is there is
 * valid whenever the run is cut off. A folder is written over only where a marker says it is ours.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import { giveToCaller, giveTreeToCaller } from '../labs/caller.ts';
import { resultFileNames } from '../report/result-files.ts';
import { lockFolder } from './folder-lock.ts';
import type { Slot } from './schedule.ts';

export interface RunFolder {
  readonly path: string;
}

/** Stands in each folder that a run wrote. */
export const marker = '.ropewalk-run';
const written = ['records', 'campaign.json', ...resultFileNames];

/** A folder that one run has for itself until it is disposed of. */
export interface HeldFolder extends RunFolder, Disposable {}

/** Waits for nobody: throws where another run writes there. */
export function holdFolder(path: string): HeldFolder {
  refuseForeign(path);
  try {
    makeFolder(path);
    const lock = lockFolder(path);
    return { path, [Symbol.dispose]: () => letGo(path, lock) };
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Under sudo it is the caller's from now on, with all that is in it. */
function letGo(path: string, lock: { release(): void }): void {
  giveTreeToCaller(path);
  lock.release();
}

/** Takes the folder over: what an earlier run wrote there goes, anything else is left alone. */
export function openFolder(path: string): RunFolder {
  refuseForeign(path);
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
  try {
    mkdirSync(path);
    giveToCaller(path);
  } catch (error) {
    // Another run may just have made it.
    if (!existsSync(path)) throw error;
  }
}

function refuseForeign(path: string): void {
  if (!existsSync(path)) return;
  const names = listFolder(path);
  if (names.includes(marker) || names.every((name) => name.startsWith('.ropewalk-'))) return;
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

/** What a file system says of `path`, in our words; what is no word of a file system stays as it is. */
export function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error;
  if (['ENOSPC', 'EDQUOT'].includes(String(error.code))) return full(path, error);
  return new InputError({
    code: 'folder-not-writable',
    message: `${path} can't be written: ${error.message}`,
    hint: 'name another folder with --out',
    cause: error,
  });
}

function full(path: string, cause: Error): InputError {
  return new InputError({
    code: 'disk-full',
    message: `there is no room for ${path}`,
    hint: 'make room, then run the same command with --resume: finished samples are kept',
    cause,
  });
}

/** Relative to the folder. */
export function recordsPath(slot: Slot): string {
  return `${slotPath(slot)}.ndjson`;
}

/** What was measured, beside the records. */
export function samplePath(slot: Slot): string {
  return `${slotPath(slot)}.json`;
}

export function capturePath(slot: Slot): string {
  return `${slotPath(slot)}.pcapng`;
}

/** What can be drawn of it (`measure/story.ts`). */
export function storyPath(slot: Slot): string {
  return `${slotPath(slot)}.story.json`;
}

/** What programs printed and wrote. */
export function outputPath(slot: Slot): string {
  return slotPath(slot);
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
  const file = beginFile(folder, path);
  try {
    writeFileSync(file.partial, text);
    file.finish();
  } catch (error) {
    throw file.abandon(error);
  }
}

/** A name to write to, and the rename that makes the file appear. */
interface FileToBe {
  readonly partial: string;
  finish(): void;
  /** Takes away what there is of it; gives back the error to throw. */
  abandon(error: unknown): unknown;
}

export function beginFile(folder: RunFolder, path: string): FileToBe {
  const whole = join(folder.path, path);
  const partial = `${whole}.partial`;
  try {
    makeFolder(dirname(whole));
  } catch (error) {
    throw unwritable(whole, error);
  }
  return {
    partial,
    finish: () => renameSync(partial, whole),
    abandon: (error) => {
      rmSync(partial, { force: true });
      return unwritable(whole, error);
    },
  };
}
