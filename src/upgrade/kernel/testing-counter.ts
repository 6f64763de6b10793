/**
 * A service for tests: each line `NUMBER PADDING SUM` that comes is checked, counted and answered with
 * `NUMBER COUNT VERSION PID`. Started with its version, and, if it is to, a fault at a step.
 */
import { createHash } from 'node:crypto';
import process from 'node:process';
import { register } from './register.ts';
import type { UpgradableConnection } from './upgradable-connection.ts';

const [version = '1', fault = ''] = process.argv.slice(2);
const begun = new Map<UpgradableConnection, string>();
let counter = 0;

export function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function answer(line: string): string {
  const [number, padding, sum] = line.split(' ');
  if (sum !== sumOf(`${number} ${padding}`)) return `broken ${line}`;
  counter += 1;
  return `${number} ${counter} ${version} ${process.pid}`;
}

function serve(connection: UpgradableConnection): void {
  begun.set(connection, '');
  connection.setEncoding('utf8');
  connection.on('data', (piece: string) => {
    const lines = ((begun.get(connection) ?? '') + piece).split('\n');
    begun.set(connection, lines.pop()!);
    for (const line of lines) connection.write(`${answer(line)}\n`);
  });
  connection.on('end', () => connection.end());
  connection.on('error', () => {});
  connection.once('close', () => begun.delete(connection));
}

function dieAt(step: string): void {
  if (fault === step) process.kill(process.pid, 'SIGKILL');
}

dieAt('started');
const service = await register({
  ...{ name: 'counter', version, listen: { host: '127.0.0.1', port: 0 } },
  onConnection: serve,
  isComplete: (connection) => (begun.get(connection) ?? '') === '',
  exportState: () => String(counter),
  importState: (state, from) => {
    dieAt('state');
    if (from === '9') return 'it is of version 9';
    counter = Number(state);
    return undefined;
  },
  exportChanges: () => String(counter),
  importChanges: (changes) => {
    dieAt('switched');
    counter = Number(changes);
  },
});
process.stdout.write(`${JSON.stringify({ serving: process.pid, version, port: service.port })}\n`);
