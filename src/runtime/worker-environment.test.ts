import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test from 'ava';
import { execa } from 'execa';

const place = join(import.meta.dirname, 'worker-environment.ts');

/** Whether a worker keeps its code, of a process that keeps its own or does not. */
async function workerKeeps(folder: string, isKept: boolean): Promise<string> {
  const lines = [
    "import { enableCompileCache, getCompileCacheDir } from 'node:module';",
    "import { Worker } from 'node:worker_threads';",
    `import { workerEnvironment } from ${JSON.stringify(place)};`,
    isKept ? `enableCompileCache(${JSON.stringify(join(folder, 'kept'))});` : '',
    "const code = `postMessage(typeof require('node:module').getCompileCacheDir())`;",
    'const told = `const { parentPort } = require("node:worker_threads");`;',
    'const text = told + code.replace("postMessage", "parentPort.postMessage");',
    'const worker = new Worker(text, { eval: true, env: workerEnvironment() });',
    "worker.once('message', (what) => console.log(what));",
  ];
  const file = join(folder, 'main.mjs');
  writeFileSync(file, lines.join('\n'));
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { stdout } = await execa(process.execPath, [file], { env, extendEnv: false });
  return stdout;
}

test('a worker keeps what it compiles where its process does, and only then', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-worker-'));
  t.is(await workerKeeps(folder, true), 'string');
  t.is(await workerKeeps(folder, false), 'undefined');
  rmSync(folder, { recursive: true });
});
