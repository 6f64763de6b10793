/** Commands of others as programs of a drawing, and what they printed. */
import type { TraceRecord } from '../../../../src/trace/record.ts';
import type { ForeignModel, ProgramModel } from '../../../schema/model.ts';

const judge: ForeignModel = {
  ...{ cwd: undefined, env: {}, files: [], ready: { kind: 'started' } },
  ...{ awaited: true, startNs: 0 },
  // All of it: who asks reads it in its own way.
  reads: { kind: 'regex', source: '.*', flags: 'u' },
};

/** It runs to its end, and what it prints is kept. */
export function asks(on: string, name: string, run: readonly string[], startNs = 0): ProgramModel {
  return { name, on, run, with: {}, foreign: { ...judge, startNs } };
}

/** It answers until the sample is over. */
export function serves(
  on: string,
  name: string,
  run: readonly string[],
  ready: ForeignModel['ready'],
): ProgramModel {
  const foreign: ForeignModel = { ...judge, ready, awaited: false, startNs: undefined };
  return { name, on, run, with: {}, foreign };
}

/** Empty: it never came to its end. */
export function printedBy(records: readonly TraceRecord[], id: string): string {
  const exit = records.find((record) => record.kind === 'program.exited' && record['id'] === id);
  return String(exit?.['stdout'] ?? '');
}
