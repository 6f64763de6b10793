/**
 * While the stack side runs, new MPTCP connections of the namespace leave their subflows to it
 * (net.mptcp.pm_type is 1): the kernel's own path manager would add subflows to those of all applications at once.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const path = '/proc/sys/net/mptcp/pm_type';
const forUserSpace = '1';

export class PathManagerChoice implements Disposable {
  /** It means the namespace that it was opened in, wherever its thread is later. */
  readonly #fd: number | undefined;
  readonly before: string;

  constructor() {
    this.#fd = tryOpen();
    const bytes = Buffer.alloc(8);
    this.before =
      this.#fd === undefined
        ? ''
        : bytes
            .subarray(0, readSync(this.#fd, bytes, 0, 8, 0))
            .toString()
            .trim();
    this.#write(forUserSpace);
  }

  [Symbol.dispose](): void {
    this.#write(this.before);
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #write(text: string): void {
    if (this.#fd !== undefined) writeSync(this.#fd, text, 0);
  }
}

/** Undefined: this kernel has no MPTCP, or no choice, or we may not. */
function tryOpen(): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch {
    return undefined;
  }
}
