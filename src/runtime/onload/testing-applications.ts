/** Applications on either end of a cable between two kernels, with or without the library. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NetworkNamespace } from '../../linux/network-namespace.ts';
import { LineSplitter } from '../../trace/line-splitter.ts';
import { defaultSettings, type OnloadSettings, settingsVariable } from './settings.ts';

const run = promisify(execFile);
const preload = new URL('../../cli/onload-preload.ts', import.meta.url).href;
export const echoPath = fileURLToPath(new URL('testing-echo.ts', import.meta.url));
export const serverPath = fileURLToPath(
  new URL('../../../docs/examples/http-server.ts', import.meta.url),
);

export type Side = 'left' | 'right';
type Fields = Readonly<Record<string, unknown>>;

export interface Application {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly tracePath: string;
  /** Resolves with the first line that it says, from now or before, which has this part. */
  line(part: string): Promise<string>;
  stop(): Promise<void>;
  ended(): Promise<number | null>;
}

export interface StartOptions {
  /** Left out: the application has the kernel's sockets, as ever. */
  readonly onload?: Partial<OnloadSettings> | undefined;
  /** Words before `node`: another program that starts it. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its lines are those of its errors as well. */
  readonly hearsErrors?: boolean;
}

export class Applications {
  readonly #namespaces: Readonly<Record<Side, NetworkNamespace>>;
  readonly folder = mkdtempSync(join(tmpdir(), 'onload-'));
  readonly #started: Application[] = [];

  constructor(namespaces: Readonly<Record<Side, NetworkNamespace>>) {
    this.#namespaces = namespaces;
  }

  start(side: Side, words: readonly string[], options: StartOptions = {}): Application {
    const { onload, before = [], env = {}, hearsErrors = false } = options;
    const tracePath = join(this.folder, `${this.#started.length}.ndjson`);
    const settings = { ...defaultSettings, pollNs: 0, trace: tracePath, ...onload };
    const load = onload === undefined ? [] : ['--import', preload];
    const argv = [...this.enter(side), ...before, process.execPath, ...load, ...words];
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ['ignore', 'pipe', hearsErrors ? 'pipe' : 'inherit'],
      env: { ...process.env, ...env, [settingsVariable]: JSON.stringify(settings) },
    });
    const application = follow(child, tracePath);
    this.#started.push(application);
    return application;
  }

  /** Any program; its lines are those of its errors as well. */
  startTool(side: Side, ...words: readonly string[]): Application {
    const [command, ...rest] = [...this.enter(side), ...words];
    const child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    const tool = follow(child, '');
    this.#started.push(tool);
    return tool;
  }

  enter(side: Side): string[] {
    return ['nsenter', `--net=/proc/${process.pid}/fd/${this.#namespaces[side].fd}`, '--'];
  }

  async exec(side: Side, ...words: readonly string[]): Promise<string> {
    const [command, ...rest] = [...this.enter(side), ...words];
    const limits = { timeout: 100_000, maxBuffer: 2 ** 28, encoding: 'latin1' } as const;
    const { stdout } = await run(command!, rest, limits);
    return stdout;
  }

  /** What that kernel's own stack has counted: `Tcp.InSegs`, `Udp.OutDatagrams`. */
  async counters(side: Side): Promise<ReadonlyMap<string, number>> {
    const lines = (await this.exec(side, 'cat', '/proc/net/snmp')).split('\n');
    const pairs = lines.flatMap((line, index) => {
      const [names, values] = [line.split(' '), (lines[index + 1] ?? '').split(' ')];
      if (names[0] !== values[0] || Number.isFinite(Number(names[1]))) return [];
      const room = names[0]!.replace(':', '');
      return names.slice(1).map((name, at) => [`${room}.${name}`, Number(values[at + 1])] as const);
    });
    return new Map(pairs);
  }

  async end(): Promise<void> {
    for (const application of this.#started) await application.stop();
    rmSync(this.folder, { recursive: true });
  }
}

function follow(child: ChildProcess, tracePath: string): Application {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const splitter = new LineSplitter((line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  for (const output of [child.stdout, child.stderr])
    output?.on('data', (bytes: Buffer) => splitter.take(bytes.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  // Its end may be heard of before what it said last.
  const silent = once(child, 'close').then(([code]) => code as number | null);
  const line = async (part: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = (): void => {
      const found = lines.find((one) => one.includes(part));
      if (found !== undefined) resolve(found);
    };
    waiting.add(look);
    look();
    const over = silent.then((code) => {
      throw new Error(`it ended with ${code} and never said ${part}: ${lines.join('; ')}`);
    });
    return Promise.race([promise, over]).finally(() => waiting.delete(look));
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  return { child, lines, tracePath, line, stop, ended: () => ended };
}

/** Records of an application with the library, those of one kind. A line without its end is not one yet. */
export function recordsOf({ tracePath }: Application, kind?: string): Fields[] {
  if (!existsSync(tracePath)) return [];
  const records = readFileSync(tracePath, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Fields);
  return kind === undefined ? records : records.filter((record) => record['kind'] === kind);
}
