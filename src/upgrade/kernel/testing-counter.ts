/**
 * A service for tests: each line `NUMBER PADDING SUM` that comes is checked, counted and answered with
 * `NUMBER COUNT VERSION PID`, and a mebibyte more where the padding begins with `flood`. Started with its
 * version, and, if it is to, a fault at a step. An answer goes in two pieces. On a stack of our own where
 * COUNTER_DEVICE says so; what happens, and when, is added to the file that COUNTER_TRACE names.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { parsePrefix } from '../../base/prefix.ts';
import { FrameReader } from './frames.ts';
import { register } from './register.ts';
import type { Rehearsal } from './rehearsal.ts';
import { clockMs } from './testing-clock.ts';
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
  const more = padding!.startsWith('flood') ? ` ${'0123456789abcdef'.repeat(65_536)}` : '';
  return `${number} ${counter} ${version} ${process.pid}${more}`;
}

function serve(connection: UpgradableConnection): void {
  begun.set(connection, '');
  connection.setEncoding('utf8');
  connection.on('data', (piece: string) => {
    const lines = ((begun.get(connection) ?? '') + piece).split('\n');
    begun.set(connection, lines.pop()!);
    for (const line of lines) {
      const said = `${answer(line)}\n`;
      const half = said.length >>> 1;
      connection.write(said.slice(0, half));
      connection.write(said.slice(half));
    }
  });
  connection.on('end', () => connection.end());
  connection.on('error', () => {});
  connection.once('close', () => begun.delete(connection));
}

/** What it counts here, the state of its source makes good. */
function rehearsal(): Rehearsal {
  const body = `0 ${'0123456789abcdef'.repeat(4)}`;
  return { onConnection: serve, question: [body, ` ${sumOf(body)}\n`], end: () => {} };
}

function dieAt(step: string): void {
  if (fault === step) process.kill(process.pid, 'SIGKILL');
}

/** `heard …`: before it did anything about a message. `handled …`: when it had said its answer. */
function failAtMessages(): void {
  const { read } = FrameReader.prototype;
  FrameReader.prototype.read = function* (piece) {
    for (const message of read.call(this, piece)) {
      const { kind } = message as { kind: string };
      dieAt(`heard ${kind}`);
      if (fault !== `deaf to ${kind}`) yield message;
      dieAt(`handled ${kind}`);
    }
  };
}

function note(kind: string): void {
  const file = process.env['COUNTER_TRACE'];
  if (file === undefined) return;
  appendFileSync(file, `${JSON.stringify({ kind, version, atMs: clockMs() })}\n`);
}

async function placeOf(device: string | undefined) {
  if (device === undefined) return { listen: { host: '127.0.0.1', port: 0 } };
  const { onDevice } = await import('../own/device-sockets.ts');
  const [name, ...addresses] = device.split(' ');
  const prefixes = addresses.map((text) => parsePrefix(text)!);
  return { listen: { port: 7_000 }, sockets: onDevice({ interface: name!, addresses: prefixes }) };
}

if (fault !== '') failAtMessages();
dieAt('started');
const service = await register({
  ...{
    name: process.env['COUNTER_NAME'] ?? 'counter',
    version,
    ...(await placeOf(process.env['COUNTER_DEVICE'])),
  },
  rehearsal,
  records: { record: note },
  onConnection: serve,
  isComplete: (connection) => (begun.get(connection) ?? '') === '',
  exportState: () => String(counter),
  importState: (state, from) => {
    if (from === '9') return 'it is of version 9';
    counter = Number(state);
    return undefined;
  },
  exportChanges: () => String(counter),
  importChanges: (changes) => {
    counter = Number(changes);
  },
});
process.stdout.write(`${JSON.stringify({ serving: process.pid, version, port: service.port })}\n`);
