/** What a process prints: all of it in a file, and its last lines at hand. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { LineSplitter } from '../../../src/trace/line-splitter.ts';

export type OutputStream = 'stdout' | 'stderr';
export type OnLine = (line: string, stream: OutputStream) => void;

const linesKept = 20;
/** A line without an end must not fill the memory. */
const charactersKept = 1_000;

export class OutputLog {
  readonly #path: string | undefined;
  readonly #onLine: OnLine;
  readonly #last: string[] = [];
  readonly #splitters: LineSplitter[] = [];

  /** Without a path nothing is written. The file comes into being with the first output. */
  constructor(path: string | undefined, onLine: OnLine) {
    this.#path = path;
    this.#onLine = onLine;
  }

  /** Oldest first. */
  get lastLines(): readonly string[] {
    return this.#last;
  }

  /** Takes one of the process's outputs; lines of two of them are not mixed within a line. */
  follow(output: NodeJS.ReadableStream, stream: OutputStream): void {
    const splitter = new LineSplitter((line) => this.#keep(line, stream));
    this.#splitters.push(splitter);
    output.setEncoding('utf8');
    output.on('data', (text: string) => splitter.take(text));
  }

  end(): void {
    for (const splitter of this.#splitters) splitter.end();
  }

  #keep(line: string, stream: OutputStream): void {
    if (this.#path !== undefined) appendIn(this.#path, `${line}\n`);
    this.#last.push(line.slice(0, charactersKept));
    if (this.#last.length > linesKept) this.#last.shift();
    this.#onLine(line, stream);
  }
}

function appendIn(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, text);
}
