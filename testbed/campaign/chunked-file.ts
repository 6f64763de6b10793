/** A file written in large pieces: one system call for each of a million records would take minutes. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { emitRecord } from '../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { CaptureSink } from '../labs/lab.ts';
import { beginFile, type RunFolder } from './folder.ts';

const chunkBytes = 1_048_576;

export class ChunkedFile implements CaptureSink {
  readonly #finish: () => void;
  readonly #descriptor: number;
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);
  #used = 0;

  constructor(folder: RunFolder, path: string) {
    const { partial, finish } = beginFile(folder, path);
    this.#finish = finish;
    this.#descriptor = openSync(partial, 'w');
  }

  write(bytes: Uint8Array): void {
    if (this.#used + bytes.length > chunkBytes) this.#flush();
    if (bytes.length > chunkBytes) {
      writeAll(this.#descriptor, bytes);
      return;
    }
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** The file appears under its name. */
  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
    this.#finish();
  }

  #flush(): void {
    writeAll(this.#descriptor, this.#chunk.subarray(0, this.#used));
    this.#used = 0;
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
  const file = new ChunkedFile(folder, path);
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const lines = records.slice(at, at + recordsAtOnce).map((record) => `${emitRecord(record)}\n`);
    file.write(Buffer.from(lines.join('')));
  }
  file.close();
}
