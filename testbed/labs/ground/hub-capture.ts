/** The hub writes its capture itself; afterwards it goes where the run wants it. */
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureSink } from '../lab.ts';
import type { Ledger } from '../ledger/ledger.ts';

const pieceBytes = 1_048_576;

export class HubCapture implements Disposable {
  /** Undefined: nobody wants it. */
  readonly path: string | undefined;
  readonly #sink: CaptureSink | undefined;

  readonly #ledger: Ledger;

  constructor(sink: CaptureSink | undefined, ledger: Ledger) {
    this.#sink = sink;
    this.#ledger = ledger;
    this.path = sink && join(tmpdir(), `ropewalk-${ledger.runId}.pcapng`);
    if (this.path !== undefined) ledger.note({ kind: 'file', path: this.path });
  }

  /** The hub must be done with it. */
  handOver(): void {
    if (this.path === undefined) return;
    const fd = openSync(this.path, 'r');
    const piece = new Uint8Array(pieceBytes);
    try {
      for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) {
        this.#sink!.write(piece.subarray(0, read));
      }
    } finally {
      closeSync(fd);
    }
  }

  [Symbol.dispose](): void {
    if (this.path === undefined) return;
    rmSync(this.path, { force: true });
    this.#ledger.strike({ kind: 'file', path: this.path });
  }
}
