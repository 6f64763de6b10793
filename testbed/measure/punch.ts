/** How long a peer's packets took to reach the other, to find a direct path, and to use it. */
import type { MeasureKind } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { measured, missing } from './metric.ts';
import type { MeasureContext } from './observe.ts';

/** The record that tells it, and what it means if there is none. */
const told = {
  'relay-first-byte': { kind: 'relay.first-in', otherwise: 'got nothing by a relay' },
  'direct-after': { kind: 'punch.established', otherwise: 'found no direct path' },
  'switched-after': { kind: 'relay.stopped', otherwise: 'never stopped using the relay' },
} as const;

export type PunchMeasure = keyof typeof told;

export function isPunchMeasure(what: MeasureKind): what is PunchMeasure {
  return Object.hasOwn(told, what);
}

/** The first of them, on the clock of the peer's node. */
export function measurePunch(
  { records }: Pick<MeasureContext, 'records'>,
  what: PunchMeasure,
  of: string,
): Metric {
  const { kind, otherwise } = told[what];
  const first = records.find((record) => record.kind === kind && record['program'] === of);
  const afterNs = first?.['afterNs'];
  return typeof afterNs === 'number' ? measured(afterNs, 'time') : missing(`${of} ${otherwise}`);
}
