/** Labs that are kept up, for tests: raised and worked in by the command itself. */

import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa, type Options } from 'execa';
import type { LabReport } from '../labs/keep/messages.ts';
import { bin, startFolder } from './testing-runs.ts';

/** A NAT box in between, so that an answer comes only if it translates. */
const home = `
nodes:
  phone: { kind: terminal }
  home: { kind: nat, inside: [wifi], nat: home-router }
  server: { kind: host }
links:
  wifi: { between: [phone, home], rate: 50 Mbit/s, delay: 5 ms }
  dsl: { between: [home, server], rate: 20 Mbit/s, delay: 10 ms }
  cable: { between: [phone, server], engine: direct }
`;

export interface Said {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** So many labs at once are enough for a machine of two cores. */
const mostLabs = 4;
const queue = { standing: 0, waiting: [] as (() => void)[] };

async function takeTurn(t: ExecutionContext): Promise<void> {
  if (queue.standing >= mostLabs) {
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.waiting.push(resolve);
    await promise;
  }
  queue.standing += 1;
  t.teardown(() => {
    queue.standing -= 1;
    queue.waiting.shift()?.();
  });
}

export class KeptTestLab {
  readonly name: string;
  readonly folder: string;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.folder = folder;
  }

  static async raise(t: ExecutionContext, kind = 'netns'): Promise<KeptTestLab> {
    await takeTurn(t);
    const name = `test-${process.pid}-${Math.random().toString(36).slice(2, 7)}`;
    const lab = new KeptTestLab(name, startFolder(t, { 'home.yaml': home }));
    t.teardown(() => lab.say('down', name));
    const { exitCode, stderr } = await lab.say('up', 'home.yaml', '--name', name, '--lab', kind);
    t.is(exitCode, 0, stderr);
    return lab;
  }

  say(...words: readonly string[]): Promise<Said> {
    return this.sayWith({}, ...words);
  }

  async sayWith(options: Options, ...words: readonly string[]): Promise<Said> {
    const given: Options = { cwd: this.folder, reject: false, timeout: 60_000, ...options };
    const run = await execa(process.execPath, [bin, ...words], {
      ...given,
      env: { NO_COLOR: '1', ...options.env },
    });
    return { exitCode: run.exitCode, stdout: String(run.stdout), stderr: String(run.stderr) };
  }

  exec(node: string, ...argv: readonly string[]): Promise<Said> {
    return this.say('exec', '--name', this.name, node, '--', ...argv);
  }

  /** A capture of what is seen while `action` goes on. */
  async captureDuring(place: string, action: () => Promise<unknown>): Promise<Uint8Array> {
    const words = ['capture', '--name', this.name, place];
    const capture = execa(process.execPath, [bin, ...words], { encoding: 'buffer' });
    await once(capture.stdout, 'data');
    await action();
    capture.kill('SIGINT');
    return (await capture).stdout;
  }

  async report(): Promise<LabReport> {
    const { stdout } = await this.say('ps', this.name, '--json');
    return JSON.parse(stdout)[0];
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  remove(name: string): void {
    rmSync(join(this.folder, name));
  }
}
