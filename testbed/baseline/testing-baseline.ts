/** Small results and references for the tests of this room. */
import type { Metric, Result, SampleResult } from '../schema/result.ts';
import type { Saving } from './save-references.ts';

export const hash = 'a'.repeat(64);
export const otherHash = 'b'.repeat(64);

export function timesMs(...values: readonly (number | undefined)[]): SampleResult[] {
  return values.map((value, at) =>
    sampleOf(at + 1, {
      gap:
        value === undefined
          ? { kind: 'missing', reason: 'no delivery before the end' }
          : { kind: 'value', value: value * 1_000_000, dimension: 'time' },
    }),
  );
}

export function sampleOf(
  sample: number,
  metrics: Readonly<Record<string, Metric>>,
  place: { case?: string; variant?: string } = {},
): SampleResult {
  return {
    ...{ case: 'default', variant: 'default', ...place, sample, seed: sample, invalidBefore: 0 },
    outcome: { kind: 'finished' },
    metrics,
    records: `records/default/default/sample-${sample}.ndjson`,
  };
}

export function resultOf(parts: Partial<Result> = {}): Result {
  const samples = parts.samples ?? timesMs(96, 98, 97);
  return {
    ...{ version: 1, scenario: 'failover', file: 'scenarios/failover.yaml', about: '' },
    ...{ lab: 'sim', seed: 7, verdict: 'pass', rows: [], samples },
    hashes: samples.map((one) => ({ case: one.case, variant: one.variant, hash })),
    metrics: { gap: { better: 'lower', marginRatio: undefined } },
    run: {
      ...{ startedAt: '2026-01-02T03:04:05.000Z', wallMs: 1, command: [], host: 'bench' },
      ...{ fingerprint: 'm1', machine: 'One', node: '26', version: '0.1.0', interrupted: false },
    },
    ...parts,
  };
}

/** As `baseline save` would on that day, on that machine. */
export function savingOf(result: Result, date = '2026-01-02'): Saving {
  const { fingerprint, machine: text } = result.run;
  return { result, date, machine: { fingerprint, text } };
}
