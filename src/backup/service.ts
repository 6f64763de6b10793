/**
 * What stands on top of a protected connection: a store of names and values by lines, with a counter, which
 * also sends and takes files. It is a function of its state and of one whole message, so that two boards that
 * are told the same say the same.
 *
 *   SET name value   OK                    INCR name   the number after it
 *   GET name         VALUE value | NONE    QUIT        the stream ends
 *   FILE n           n bytes of a pattern  PUT n       n bytes follow, answered by SUM and their CRC-32
 */
import { crc32 } from '../base/crc32.ts';

/** What a connection's stream is in the middle of. */
export type Session =
  | { readonly kind: 'lines' }
  | { readonly kind: 'sending'; readonly at: number; readonly to: number }
  | { readonly kind: 'taking'; readonly left: number; readonly sum: number };

export type Store = Map<string, string>;

/** One message, taken or made. */
export interface Served {
  readonly consumedBytes: number;
  readonly output: Uint8Array;
  readonly session: Session;
  readonly sets: readonly (readonly [string, string])[];
  /** Nothing follows the output. */
  readonly ends: boolean;
}

/** Of a file, whichever way it goes. */
export const fileMessageBytes = 16_384;
/** A longer line is answered with an error, and ends the stream. */
export const longestLineBytes = 4_096;

const none = new Uint8Array(0);
export const firstSession: Session = { kind: 'lines' };

/** Undefined: what is there is no whole message yet, and is left where it is. */
export function serveMessage(
  store: Store,
  session: Session,
  input: Uint8Array,
): Served | undefined {
  switch (session.kind) {
    case 'lines':
      return serveLine(store, input);
    case 'taking':
      return takeFile(session, input);
    case 'sending':
      return undefined;
  }
}

/** With fewer there is no whole message, and no need to look. */
export function neededBytes(session: Session): number {
  return session.kind === 'taking' ? Math.min(session.left, fileMessageBytes) : 1;
}

/** The next message of a file that is being sent. */
export function makeMessage(session: Session): Served | undefined {
  if (session.kind !== 'sending') return undefined;
  const to = Math.min(session.to, session.at + fileMessageBytes);
  const next: Session = to === session.to ? firstSession : { ...session, at: to };
  const output = filePattern(session.at, to);
  return { consumedBytes: 0, output, session: next, sets: [], ends: false };
}

/** Byte n of a file depends on n alone, and not on its last eight bits alone. */
export function filePattern(from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  for (let n = from; n < to; n++) bytes[n - from] = (n * 31 + (n >>> 8) * 7) & 0xff;
  return bytes;
}

function serveLine(store: Store, input: Uint8Array): Served | undefined {
  const end = input.indexOf(10);
  if (end === -1) {
    return input.length < longestLineBytes ? undefined : answer(input.length, 'ERROR line', true);
  }
  const [verb, name = '', ...rest] = new TextDecoder().decode(input.subarray(0, end)).split(' ');
  const consumed = end + 1;
  switch (verb) {
    case 'SET':
      return answer(consumed, 'OK', false, [[name, rest.join(' ')]]);
    case 'GET': {
      const value = store.get(name);
      return answer(consumed, value === undefined ? 'NONE' : `VALUE ${value}`, false);
    }
    case 'INCR': {
      const next = String(Number(store.get(name) ?? 0) + 1);
      return answer(consumed, next, false, [[name, next]]);
    }
    case 'FILE':
      return begin(consumed, { kind: 'sending', at: 0, to: countOf(name) });
    case 'PUT':
      return begin(consumed, { kind: 'taking', left: countOf(name), sum: 0 });
    case 'QUIT':
      return answer(consumed, '', true);
    default:
      return answer(consumed, `ERROR ${verb}`, false);
  }
}

function countOf(text: string): number {
  const count = Number(text);
  return Number.isSafeInteger(count) && count > 0 ? count : 1;
}

function begin(consumedBytes: number, session: Session): Served {
  return { consumedBytes, output: none, session, sets: [], ends: false };
}

function answer(
  consumedBytes: number,
  text: string,
  ends: boolean,
  sets: Served['sets'] = [],
): Served {
  const output = text === '' ? none : new TextEncoder().encode(`${text}\n`);
  return { consumedBytes, output, session: firstSession, sets, ends };
}

/** The sum of a file is a chain: the CRC of what went before, then of the next message. */
function takeFile({ left, sum }: Session & { kind: 'taking' }, input: Uint8Array) {
  const count = Math.min(left, fileMessageBytes);
  if (input.length < count) return undefined;
  const next = chainSum(sum, input.subarray(0, count));
  if (count < left) return begin(count, { kind: 'taking', left: left - count, sum: next });
  return answer(count, `SUM ${next}`, false);
}

export function chainSum(sum: number, message: Uint8Array): number {
  return (((sum << 1) | (sum >>> 31)) ^ crc32(message, 0, message.length)) >>> 0;
}
