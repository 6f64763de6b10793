/** Starts the active, holds a duplicate of its connection, and goes on with it when that process is gone. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { openProcess, takeDescriptor } from '../../../src/linux/pidfd.ts';
import { KernelService, sayAll } from './kernel-service.ts';

const file = join(import.meta.dirname, 'active.ts');
const store = join(mkdtempSync(join(tmpdir(), 'guarded-')), 'store');
const active = spawn(process.execPath, [file, ...process.argv.slice(2)], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, STORE: store },
});
const processFd = openProcess(active.pid!);
let guarded: number | undefined;

createInterface({ input: active.stdout }).on('line', (line) => {
  const fd = /^serving by (?<fd>\d+)$/u.exec(line)?.groups?.['fd'];
  if (fd !== undefined) guarded = takeDescriptor(processFd, Number(fd));
  process.stdout.write(`${line}\n`);
});

/** What the process had not read is in the socket, and what it had counted in the file. */
function goOn(fd: number): void {
  const service = new KernelService(
    existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : [],
  );
  while (waitReadable(fd, -1) && service.read(fd)) sayAll(fd, service.serve());
  closeDescriptor(fd);
}

active.once('exit', () => {
  if (guarded !== undefined) goOn(guarded);
});
