/** How far the traffic is while it runs: for the conditions of events and for what is unfinished. */
import { formatSize } from '../../src/base/units.ts';
import { holdsNow } from '../judge/live-condition.ts';
import { createProgress, noteRecord, readProgress } from '../measure/progress.ts';
import type { LiveProgress } from '../run/live-progress.ts';
import type { Scenario, TrafficModel } from '../schema/model.ts';

export function watchTraffic(scenario: Scenario): LiveProgress {
  const progress = createProgress();
  const traffics = new Map(scenario.traffic.map((traffic) => [traffic.name, traffic]));
  const read = (name: string): number => readProgress(progress, name) ?? 0;
  return {
    note: (record) => noteRecord(progress, record),
    holds: (condition) => holdsNow(condition, read),
    describe: (name) => {
      const traffic = traffics.get(name);
      return traffic && describeTraffic(traffic, read);
    },
  };
}

/** `41 of 64 MiB`, `3 of 9 answers`; undefined where the traffic ends by time alone. */
export function describeTraffic(
  { name, generator, bytes, count }: TrafficModel,
  read: (name: string) => number,
): string | undefined {
  if (generator === 'request-response') {
    return count === undefined ? undefined : `${read(`${name}.answered`)} of ${count} answers`;
  }
  if (bytes !== undefined) return describeBytes(read(`${name}.bytes`), bytes);
  if (count !== undefined) return `${read(`${name}.received`)} of ${count} datagrams`;
  return undefined;
}

/** Both in the unit of the whole, what is there rounded down: it must never look complete. */
function describeBytes(done: number, total: number): string {
  const text = formatSize(total);
  const [number, unit] = text.split(' ') as [string, string];
  const scaled = (done * Number(number)) / total;
  return `${scaled >= 10 ? Math.floor(scaled) : Math.floor(scaled * 10) / 10} of ${number} ${unit}`;
}
