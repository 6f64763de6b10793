/** Records as lines of JSON: `tNs`, `node` and `kind` first, then the fields as they were given. */
import type { Field, TraceRecord } from './record.ts';

/** Why a line is no record: a program of somebody else's may print anything. */
export interface UnreadableLine {
  readonly unreadable: string;
}

/**
 * One line without its end. Equal records written alike give equal lines, byte for byte. JSON knows no
 * infinity and no NaN: they become null.
 */
export function emitRecord(record: TraceRecord): string {
  const { tNs, node, kind } = record;
  let line = `{"tNs":${JSON.stringify(tNs)},"node":${JSON.stringify(node)},"kind":${JSON.stringify(kind)}`;
  for (const name of Object.keys(record)) {
    if (name === 'tNs' || name === 'node' || name === 'kind') continue;
    line += `,${JSON.stringify(name)}:${JSON.stringify(record[name])}`;
  }
  return `${line}}`;
}

export function parseRecord(line: string): TraceRecord | UnreadableLine {
  const value = parseJson(line);
  if (value === undefined) return { unreadable: 'not JSON' };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { unreadable: 'not a JSON object' };
  }
  const reason = whyNotRecord(value as Record<string, unknown>);
  return reason === undefined ? (value as TraceRecord) : { unreadable: reason };
}

export function isUnreadable(parsed: TraceRecord | UnreadableLine): parsed is UnreadableLine {
  return !('tNs' in parsed);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function whyNotRecord(value: Readonly<Record<string, unknown>>): string | undefined {
  if (!Number.isFinite(value['tNs'])) return 'tNs is not a number';
  if (typeof value['node'] !== 'string') return 'node is not a text';
  if (typeof value['kind'] !== 'string') return 'kind is not a text';
  const odd = Object.keys(value).find((name) => !isField(value[name]));
  return odd === undefined ? undefined : `${odd} is neither a text, a number, a flag nor a list`;
}

function isField(value: unknown): value is Field {
  if (value === null || typeof value === 'boolean') return true;
  return isScalar(value) || (Array.isArray(value) && value.every(isScalar));
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
