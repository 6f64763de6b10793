/** Labs that are kept up, for tests: raised and worked in by the command itself. */
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

export class KeptTestLab {
  readonly name: string;
  readonly folder: string;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.folder = folder;
  }

  static async raise(t: ExecutionContext): Promise<KeptTestLab> {
    const name = `test-${process.pid}-${Math.random().toString(36).slice(2, 7)}`;
    const lab = new KeptTestLab(name, startFolder(t, { 'home.yaml': home }));
    t.teardown(() => lab.say('down', name));
    const { exitCode, stderr } = await lab.say('up', 'home.yaml', '--name', name);
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
