/** Which machines of others took part in a run, as its records say. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { ForeignHardware } from '../schema/result.ts';

export function listHardware(records: readonly TraceRecord[]): ForeignHardware[] {
  return records
    .filter(({ kind }) => kind === 'hardware.taken')
    .map((record) => ({
      node: record.node,
      interface: record['interface'] as string,
      hardware: record['hardware'] as ForeignHardware['hardware'],
      clock: record['clock'] as string,
    }));
}
