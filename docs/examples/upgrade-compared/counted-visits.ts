/** What every server of the comparison does with a visit: it checks the sum, counts, and answers in two pieces. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Answer {
  readonly number: number;
  /** Of the body that came. */
  readonly sum: string;
  readonly count: number;
  readonly version: string;
}

export function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export class Visits {
  count = 0;
  readonly #version: string;

  constructor(version: string) {
    this.#version = version;
  }

  /** Who leaves in the middle of a visit is not answered. */
  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(request, response).catch(() => response.destroy());
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    this.count += 1;
    const [number] = body.split(' ', 1);
    const { count } = this;
    const said: Answer = {
      number: Number(number),
      sum: sumOf(body),
      count,
      version: this.#version,
    };
    const text = JSON.stringify(said);
    response.setHeader('content-length', text.length).write(text.slice(0, 20));
    await nextTurn();
    response.end(text.slice(20));
  }
}

export function portFrom(env: NodeJS.ProcessEnv): number {
  return Number(env['PORT'] ?? 8080);
}

/** Whoever starts it waits for this line. */
export function sayServing(version: string): void {
  process.stdout.write(`serving ${version}\n`);
}
