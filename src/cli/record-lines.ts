/**
 * Records of a side of `ropewalk links manage`, a line of JSON each. They are written when the turn that they tell of
 * is over: whoever waits for what it does does not wait for words about it.
 */
import process from 'node:process';
import type { Field, RecordSink } from '../trace/record.ts';

export interface Writing {
  write(text: string): unknown;
}

export class RecordLines implements RecordSink {
  readonly #side: string;
  readonly #to: Writing;
  #lines = '';

  constructor(side: string, to: Writing = process.stdout) {
    this.#side = side;
    this.#to = to;
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    if (this.#lines === '') setImmediate(() => this.flush());
    const tNs = Number(process.hrtime.bigint());
    this.#lines += `${JSON.stringify({ tNs, side: this.#side, kind, ...fields })}\n`;
  }

  /** What leaves at once says first what it has to say. */
  flush(): void {
    if (this.#lines === '') return;
    this.#to.write(this.#lines);
    this.#lines = '';
  }
}
