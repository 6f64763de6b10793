/** A terminal whose connection manager runs, as a user starts it. */
import type { ChildProcess } from 'node:child_process';
import { on } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineSplitter } from '../../trace/line-splitter.ts';
import { askManager, type DoorAnswer, knockAtDoor, type Question } from './door.ts';
import { TestTerminal } from './testing-terminal.ts';

const ropewalk = join(import.meta.dirname, '../../../testbed/cli/ropewalk.js');

const patienceMs = 60_000;

export interface Said {
  readonly side: string;
  readonly kind: string;
  readonly [field: string]: string | number | boolean;
}

export class ManagedTerminal implements AsyncDisposable {
  readonly terminal = new TestTerminal();
  readonly records: Said[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'ropewalk-links-'));
  readonly rulesFile = join(this.folder, 'links.yaml');
  #heard = Promise.withResolvers<void>();
  launcher: ChildProcess | undefined;
  /** Rights that whoever starts the manager has not. */
  lacks: readonly string[] = [];

  async start(rules = '', ...flags: readonly string[]): Promise<void> {
    writeFileSync(this.rulesFile, rules);
    const words = ['links', 'manage', '--rules', this.rulesFile, ...flags];
    const bounds = this.lacks.map((right) => `-${right}`).join(',');
    const limited = bounds === '' ? [] : ['setpriv', `--bounding-set=${bounds}`];
    const argv = [...limited, process.execPath, ropewalk, ...words];
    this.launcher = this.terminal.spawn('near', argv);
    const lines = new LineSplitter((line) => {
      this.records.push(JSON.parse(line));
      const heard = this.#heard;
      this.#heard = Promise.withResolvers();
      heard.resolve();
    });
    this.launcher.stdout!.setEncoding('utf8').on('data', (text: string) => lines.take(text));
    await this.until((said) => said.kind === 'links.ready');
  }

  /** The first record like that, of those to come too. */
  async until(isIt: (said: Said) => boolean): Promise<Said> {
    const endsMs = performance.now() + patienceMs;
    const limit = sleep(patienceMs, undefined, { ref: false });
    for (;;) {
      const found = this.records.find(isIt);
      if (found !== undefined) return found;
      await Promise.race([this.#heard.promise, limit]);
      if (performance.now() > endsMs) throw new Error('what was waited for did not happen');
    }
  }

  get rules(): string {
    return readFileSync(this.rulesFile, 'utf8');
  }

  /** A verb, or any command of the terminal's, as its output and its exit code. */
  run(argv: readonly string[], input?: string): Promise<{ code: number | null; text: string }> {
    const child = this.terminal.spawn('near', argv);
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    child.stdin!.end(input);
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
  }

  /** As verbs do, and sooner. */
  ask(question: Question): Promise<DoorAnswer> {
    return askManager(
      question,
      this.terminal.within(() => knockAtDoor()),
    );
  }

  links(...words: readonly string[]): Promise<{ code: number | null; text: string }> {
    return this.run([process.execPath, ropewalk, 'links', ...words]);
  }

  /** A verb that goes on: the first line like that, of those to come. */
  watch(...words: readonly string[]): { until(pattern: RegExp): Promise<string> } {
    const child = this.terminal.spawn('near', [process.execPath, ropewalk, 'links', ...words]);
    const lines = createInterface({ input: child.stdout! });
    return {
      until: async (pattern) => {
        const signal = AbortSignal.timeout(patienceMs);
        for await (const [line] of on(lines, 'line', { signal }))
          if (pattern.test(line)) return line;
        throw new Error('what was waited for did not happen');
      },
    };
  }

  /** With what it says on standard error. */
  linksSaying(...words: readonly string[]): Promise<{ code: number | null; text: string }> {
    const argv = [process.execPath, ropewalk, 'links', ...words];
    return this.run(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminal[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true });
  }
}
