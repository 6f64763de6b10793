/** How long a subscriber waited for a group's first datagram, from each of its joins that brought one. */
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { measured, missing } from './metric.ts';
import type { MeasureContext } from './observe.ts';
import { pickOf } from './pick.ts';

export function measureFirstDatagram(
  { records }: Pick<MeasureContext, 'records'>,
  { of, pick }: Pick<MeasureModel, 'of' | 'pick'>,
): Metric {
  const waits = records
    .filter((record) => record.kind === 'subscriber.first-in' && record['program'] === of)
    .map((record) => Number(record['afterNs']));
  if (waits.length === 0) return missing(`${of} got nothing of what it joined`);
  return measured(pickOf(waits, pick), 'time');
}
