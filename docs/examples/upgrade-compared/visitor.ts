/** A client that keeps one connection and talks on it, a numbered and summed body in three pieces at a time. */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, sumOf } from './counted-visits.ts';

/** An answer that takes longer is lost. */
const patienceMs = 20_000;

export interface Waited {
  readonly ms: number;
  readonly isFirstOfVersion: boolean;
}

export class Visitor {
  readonly faults = { refused: 0, reset: 0, lost: 0, disordered: 0, forgotten: 0 };
  readonly waited: Waited[] = [];
  /** Connections that it took. */
  connections = 0;
  answers = 0;
  version = '';
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #host: string;
  readonly #port: number;
  #number = 0;
  #count = 0;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  async visit(): Promise<void> {
    const number = this.#number++;
    const body = `${number} ${randomBytes(60).toString('hex')}`;
    try {
      this.#check(await this.#ask(body), number, body);
    } catch (error) {
      await this.#blame(error as NodeJS.ErrnoException);
    }
  }

  leave(): void {
    this.#agent.destroy();
  }

  async #ask(body: string): Promise<{ answer: Answer; ms: number }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ answer: Answer; ms: number }>();
    const asked = request({
      ...{ host: this.#host, port: this.#port, agent: this.#agent, method: 'POST' },
      headers: { 'content-length': body.length },
      timeout: patienceMs,
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    // It may fail while pieces are still being said, before anybody waits.
    promise.catch(() => {});
    let sentMs = 0;
    asked.setNoDelay();
    asked.on('error', reject);
    asked.on('socket', () => {
      if (!asked.reusedSocket) this.connections += 1;
    });
    asked.on('response', (response) => {
      text(response).then(
        (said) => resolve({ answer: JSON.parse(said) as Answer, ms: performance.now() - sentMs }),
        reject,
      );
    });
    const third = Math.ceil(body.length / 3);
    asked.write(body.slice(0, third));
    await pause(1);
    asked.write(body.slice(third, 2 * third));
    await pause(1);
    asked.end(body.slice(2 * third));
    sentMs = performance.now();
    return promise;
  }

  #check({ answer, ms }: { answer: Answer; ms: number }, number: number, body: string): void {
    this.answers += 1;
    if (answer.number !== number || answer.sum !== sumOf(body)) this.faults.disordered += 1;
    if (answer.count <= this.#count) this.faults.forgotten += 1;
    const isFirstOfVersion = this.version !== '' && this.version !== answer.version;
    this.waited.push({ ms, isFirstOfVersion });
    this.#count = answer.count;
    this.version = answer.version;
  }

  async #blame({ code, message }: NodeJS.ErrnoException): Promise<void> {
    if (code === 'ECONNREFUSED') this.faults.refused += 1;
    else if (code === 'ECONNRESET' || code === 'EPIPE' || message === 'aborted')
      this.faults.reset += 1;
    else this.faults.lost += 1;
    await pause(20);
  }
}
