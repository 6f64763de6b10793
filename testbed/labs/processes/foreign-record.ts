/** Records that a command of somebody else's writes: lines of JSON with a `kind`, and time if it knows it. */
import { isUnreadable, parseRecord } from '../../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedProgram } from '../../plan/plan.ts';

/** Kinds that are the lab's to write: who could write them could make any run pass. */
const ofTheLab = /^(?:run|event|link|nat|hub|lab|program|packets)\./;

/** Undefined: it is no record, or not its to write. Whose it is, the lab knows. */
export function readForeignRecord(
  line: string,
  { id, node }: Pick<PlannedProgram, 'id' | 'node'>,
  nowNs: number,
): TraceRecord | undefined {
  const given = parseMap(line);
  if (given === undefined) return undefined;
  const record = parseRecord(JSON.stringify({ tNs: nowNs, ...given, node, program: id }));
  return isUnreadable(record) || ofTheLab.test(record.kind) ? undefined : record;
}

function parseMap(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
