/** What a command printed, as far as figures are read of it. */
import type { OutputStream } from './output-log.ts';

/** More than any report has. */
const mostCharacters = 4_000_000;

export class ForeignOutput {
  readonly #lines: Readonly<Record<OutputStream, string[]>> = { stdout: [], stderr: [] };
  readonly #characters: Record<OutputStream, number> = { stdout: 0, stderr: 0 };

  /** What comes after very much is not kept. */
  keep(line: string, stream: OutputStream): void {
    this.#characters[stream] += line.length + 1;
    if (this.#characters[stream] <= mostCharacters) this.#lines[stream].push(line);
  }

  textOf(stream: OutputStream): string {
    return this.#lines[stream].join('\n');
  }
}
