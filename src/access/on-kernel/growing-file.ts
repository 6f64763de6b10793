/** Lines of a file that another process adds to, each told soon after it was written. */
import { closeSync, openSync, readSync } from 'node:fs';
import { nsPerMs } from '../../base/time.ts';
import type { Clock, Timer } from '../../host/host.ts';
import { LineSplitter } from '../../trace/line-splitter.ts';

const lookEveryNs = 20 * nsPerMs;
const roomBytes = 65_536;

export class GrowingFile {
  readonly #fd: number;
  readonly #lines: LineSplitter;
  readonly #room = new Uint8Array(roomBytes);
  readonly #decoder = new TextDecoder();
  #timer: Timer | undefined;

  constructor(clock: Clock, path: string, onLine: (line: string) => void) {
    this.#fd = openSync(path, 'a+', 0o600);
    this.#lines = new LineSplitter(onLine);
    const look = () => {
      this.#read();
      this.#timer = clock.after(lookEveryNs, look);
    };
    look();
  }

  /** What was written until now is told first. */
  close(): void {
    this.#timer?.cancel();
    this.#read();
    closeSync(this.#fd);
  }

  #read(): void {
    for (;;) {
      const count = readSync(this.#fd, this.#room);
      if (count === 0) return;
      this.#lines.take(this.#decoder.decode(this.#room.subarray(0, count), { stream: true }));
    }
  }
}
