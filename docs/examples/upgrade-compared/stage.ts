/**
 * Serves on port 8080 in one of five ways, and replaces whoever serves once a second:
 *   WAY=upgrade TIMES=5 node stage.ts        or restart, drain, cluster, haproxy
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

const folder = import.meta.dirname;
const ropewalk = join(folder, '../../../testbed/cli/ropewalk.js');
const first = '1';
/** So that who takes over, whichever way, keeps the machine busy for less long. */
const codeCache = mkdtempSync(join(tmpdir(), 'visits-code-'));

interface Way {
  start(): Promise<void>;
  replace(version: string): Promise<void>;
}

function run(file: string, words: readonly string[], env: Record<string, string> = {}) {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const shared = { NODE_COMPILE_CACHE: codeCache };
  return spawn(file, words, { stdio: [...stdio], env: { ...process.env, ...shared, ...env } });
}

function runNode(file: string, words: readonly string[], env: Record<string, string> = {}) {
  return run(process.execPath, [join(folder, file), ...words], env);
}

async function served(child: ChildProcess): Promise<ChildProcess> {
  await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
  child.stdout!.resume();
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const upgrade: Way = {
  async start() {
    run(process.execPath, [ropewalk, 'upgrade', '--unit']);
    for (let code: unknown = 1; code !== 0; ) {
      [code] = await once(run(process.execPath, [ropewalk, 'upgrade', '--list']), 'exit');
    }
    await served(runNode('counted-service.ts', [first]));
  },
  async replace(version) {
    const to = ['--to', process.execPath, join(folder, 'counted-service.ts'), version];
    await ended(run(process.execPath, [ropewalk, 'upgrade', 'visits', ...to]));
  },
};

/** The port is free when the old process is gone, and served again when the new one is there. */
function replacing(signal: 'SIGTERM' | 'SIGUSR2'): Way {
  let serving: ChildProcess;
  return {
    async start() {
      serving = await served(runNode('counted-server.ts', [first]));
    },
    async replace(version) {
      serving.kill(signal);
      await Promise.race([ended(serving), pause(graceMs)]);
      serving.kill('SIGKILL');
      await ended(serving);
      serving = await served(runNode('counted-server.ts', [version]));
    },
  };
}

const graceMs = 1_000;
let primary: ChildProcess;

const cluster: Way = {
  async start() {
    primary = await served(runNode('counted-cluster.ts', []));
  },
  async replace() {
    primary.kill('SIGUSR2');
    await pause(graceMs);
  },
};

const haproxySocket = join(mkdtempSync(join(tmpdir(), 'visits-')), 'admin');
let proxy: ChildProcess;

function runProxy(words: readonly string[]): ChildProcess {
  const file = join(folder, 'haproxy.cfg');
  return run('/usr/sbin/haproxy', ['-f', file, '-db', ...words], { SOCKET: haproxySocket });
}

const haproxy: Way = {
  async start() {
    await served(runNode('counted-server.ts', [first], { PORT: '8081' }));
    proxy = runProxy([]);
    await pause(graceMs);
  },
  /** What is replaced is the proxy: the server behind it stays. */
  async replace() {
    const next = runProxy(['-x', haproxySocket, '-sf', String(proxy.pid)]);
    await Promise.race([ended(proxy), pause(2 * graceMs)]);
    proxy = next;
  },
};

const ways: Readonly<Record<string, Way>> = {
  ...{ upgrade, cluster, haproxy },
  ...{ restart: replacing('SIGTERM'), drain: replacing('SIGUSR2') },
};

const { WAY: name = 'upgrade', TIMES: times = '5' } = process.env;
const way = ways[name]!;
process.on('SIGTERM', () => process.exit(0));
await way.start();
process.stdout.write('listening\n');
for (let version = 2; version < 2 + Number(times); version++) {
  await pause(1_000);
  const begunAt = performance.now();
  await way.replace(String(version));
  process.stdout.write(`replaced ${version} in ${(performance.now() - begunAt).toFixed(0)} ms\n`);
}
setInterval(() => {}, 60_000);
