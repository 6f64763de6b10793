/** What `baseline save` and `baseline check` say. */
import type { CaseReference } from '../baseline/baseline.ts';
import type { Change, Saved } from '../baseline/save-references.ts';
import type { Look } from '../report/paint.ts';
import { formatTable } from '../report/table.ts';
import type { Result, ResultRow } from '../schema/result.ts';

export function describeSaved(file: string, { changes }: Saved): string {
  const lines = changes.flatMap((change) => describeChange(change) ?? []);
  const same = changes.filter(({ kind }) => kind === 'same').length;
  const kept = changes.filter(({ kind }) => kind === 'kept').length;
  const rest = [
    ...(same > 0 ? [`${same} as before`] : []),
    ...(kept > 0 ? [`${kept} that this result does not speak of, kept`] : []),
  ];
  return `${[file, ...lines, ...rest.map((one) => `  ${one}`)].join('\n')}\n`;
}

function describeChange(change: Change): string | undefined {
  const { kind, reference } = change;
  const place = placeOf(reference);
  switch (kind) {
    case 'added':
      return `  added ${place}: ${Object.keys(reference.metrics).length} metrics`;
    case 'other-scenario':
      return `  replaced ${place}: what stood there was of another scenario or seed`;
    case 'changed':
      return `  changed ${place}: ${change.metrics.join(', ')}`;
    case 'same':
    case 'kept':
      return undefined;
  }
}

function placeOf({ case: caseId, variant, lab, machine }: CaseReference): string {
  return [caseId, variant, lab, ...(machine === 'any' ? [] : [machine])].join(', ');
}

export interface Checked {
  /** A row for each figure that was held against a reference, or should have been. */
  readonly result: Result;
  /** Those that are not the very figures that were saved. */
  readonly telling: readonly ResultRow[];
  /** The command that makes this result the reference; undefined where nothing is better. */
  readonly keep: string | undefined;
}

/** What is the same is counted, not listed. */
export function describeCheck({ result, telling, keep }: Checked, look: Look): string {
  const same = result.rows.length - telling.length;
  if (telling.length === 0) return `${result.scenario}: ${same} figures as they were saved\n`;
  const rest = [
    ...(same === 0 ? [] : [`and ${same} as they were saved\n`]),
    ...(keep === undefined ? [] : [`to keep what is better as the reference: ${keep}\n`]),
  ].join('');
  return `${formatTable({ ...result, rows: telling }, undefined, look)}${rest}`;
}
