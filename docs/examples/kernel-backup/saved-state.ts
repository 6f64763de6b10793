/** What the standby has to have: the kernel's connection, the process's data, and what was to be said. A line each. */
import type { KernelConnection } from '../../../src/linux/tcp-repair.ts';

export interface SavedState {
  readonly connection: KernelConnection;
  readonly store: readonly (readonly [string, string])[];
  /** Follows what the connection has; it was said after this was saved, or never. */
  readonly answer: Uint8Array;
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

export function emitState({ connection, store, answer }: SavedState): Uint8Array {
  const { unread, unacknowledged, ...rest } = connection;
  const queues = { unread: encode(unread), unacknowledged: encode(unacknowledged) };
  const line = JSON.stringify({
    connection: { ...rest, ...queues },
    store,
    answer: encode(answer),
  });
  return Buffer.from(`${line}\n`);
}

export function parseState(line: string): SavedState {
  const { connection, store, answer } = JSON.parse(line);
  const { unread, unacknowledged, ...rest } = connection;
  const queues = { unread: decode(unread), unacknowledged: decode(unacknowledged) };
  return { connection: { ...rest, ...queues }, store, answer: decode(answer) };
}
