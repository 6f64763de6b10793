/** Node's cluster: on SIGUSR2 a new worker begins, and the old one is asked to go, then made to. */
import cluster, { type Worker } from 'node:cluster';
import { createServer } from 'node:http';
import process from 'node:process';
import { portFrom, sayServing, Visits } from './counted-visits.ts';

const graceMs = 1_000;

function replace(old: Worker, version: number): void {
  const next = cluster.fork({ VERSION: String(version) });
  next.once('listening', () => {
    old.disconnect();
    setTimeout(() => old.process.kill('SIGKILL'), graceMs).unref();
  });
  process.once('SIGUSR2', () => replace(next, version + 1));
}

if (cluster.isPrimary) {
  const first = cluster.fork({ VERSION: '1' });
  process.once('SIGUSR2', () => replace(first, 2));
} else {
  const version = process.env['VERSION']!;
  createServer(new Visits(version).answer).listen(portFrom(process.env), () => sayServing(version));
}
