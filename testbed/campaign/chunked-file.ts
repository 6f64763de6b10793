/** A file written in large pieces: one system call for each of a million records would take minutes. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { emitRecord } from '../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { CaptureSink } from '../labs/lab.ts';
import { beginFile, type RunFolder } from './folder.ts';

const chunkBytes = 1_048_576;

/** What is not closed when it is disposed of never appears. */
export class ChunkedFile implements CaptureSink, Disposable {
  readonly #file: ReturnType<typeof beginFile>;
  readonly #descriptor: number;
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);
  #used = 0;
  #open = true;

  constructor(folder: RunFolder, path: string) {
    this.#file = beginFile(folder, path);
    try {
      this.#descriptor = openSync(this.#file.partial, 'w');
    } catch (error) {
      throw this.#file.abandon(error);
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#used + bytes.length > chunkBytes) this.#flush();
    if (bytes.length > chunkBytes) {
      this.#writeOut(bytes);
      return;
    }
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** The file appears under its name. */
  close(): void {
    this.#flush();
    this.#open = false;
    closeSync(this.#descriptor);
    this.#file.finish();
  }

  [Symbol.dispose](): void {
    if (this.#open) this.#abandon(undefined);
  }

  #flush(): void {
    this.#writeOut(this.#chunk.subarray(0, this.#used));
    this.#used = 0;
  }

  #writeOut(bytes: Uint8Array): void {
    try {
      writeAll(this.#descriptor, bytes);
    } catch (error) {
      throw this.#abandon(error);
    }
  }

  #abandon(error: unknown): unknown {
    if (this.#open) closeSync(this.#descriptor);
    this.#open = false;
    return this.#file.abandon(error);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(descriptor, bytes, at);
}

const recordsAtOnce = 4_096;

export function writeRecords(
  folder: RunFolder,
  path: string,
  records: readonly TraceRecord[],
): void {
  using file = new ChunkedFile(folder, path);
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const lines = records.slice(at, at + recordsAtOnce).map((record) => `${emitRecord(record)}\n`);
    file.write(Buffer.from(lines.join('')));
  }
  file.close();
}
