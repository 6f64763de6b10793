/** The engine says when a command in one of a run's containers ends, and with which code. */
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LineSplitter } from '../../../src/trace/line-splitter.ts';
import { label } from './node-container.ts';

interface EngineEvent {
  /** `exec_die`; `exec_start: sh -c …` */
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

export class ExecDeaths implements Disposable {
  readonly #events: Readable;
  /** By the id of the command. */
  readonly #codes = new Promises<number>();
  /** By the node. */
  readonly #starvations = new Promises<void>();

  private constructor(events: Readable) {
    this.#events = events;
    const splitter = new LineSplitter((line) => this.#hear(JSON.parse(line) as EngineEvent));
    events.setEncoding('utf8');
    events.on('data', (text: string) => splitter.take(text));
    events.on('error', () => {});
  }

  static async watch(docker: Docker, runId: string): Promise<ExecDeaths> {
    const filters = JSON.stringify({
      ...{ type: ['container'], event: ['exec_die', 'oom'] },
      label: [`${label.run}=${runId}`],
    });
    return new ExecDeaths((await docker.getEvents({ filters })) as Readable);
  }

  /** Whether it is asked for before the command ends, or after. */
  codeOf(execId: string): Promise<number> {
    return this.#codes.of(execId).promise;
  }

  /** Resolves when something on this node was ended because the node may have no more memory. */
  starvationOf(node: string): Promise<void> {
    return this.#starvations.of(node).promise;
  }

  [Symbol.dispose](): void {
    this.#events.destroy();
  }

  #hear({ Action: action, Actor: { Attributes: said } }: EngineEvent): void {
    if (action === 'oom') this.#starvations.of(said[label.node]!).resolve();
    if (action === 'exec_die') this.#codes.of(said['execID']!).resolve(Number(said['exitCode']));
  }
}

class Promises<T> {
  readonly #all = new Map<string, PromiseWithResolvers<T>>();

  of(key: string): PromiseWithResolvers<T> {
    const entry = this.#all.get(key) ?? Promise.withResolvers<T>();
    this.#all.set(key, entry);
    return entry;
  }
}
