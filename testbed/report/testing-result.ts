/** A small result for the tests of this room. */
import type { Result, ResultRow, SampleResult } from '../schema/result.ts';

export function rowOf(parts: Partial<ResultRow> = {}): ResultRow {
  const why = parts.why ?? 'median gap 96 ms keeps ≤ 110 ms over 7 samples';
  return {
    case: 'default',
    variant: 'default',
    expectation: 'short-gap',
    text: 'gap <= 110 ms',
    at: 'median',
    kind: 'bound',
    because: undefined,
    verdict: 'pass',
    severity: 'fail',
    knownFailing: undefined,
    shown: parts.verdict ?? 'pass',
    why,
    brief: why,
    left: '96 ms',
    right: '≤ 110 ms',
    interval: undefined,
    n: 7,
    look: 'first',
    again: undefined,
    ...parts,
  };
}

export function sampleOf(parts: Partial<SampleResult> = {}): SampleResult {
  return {
    case: 'default',
    variant: 'default',
    sample: 1,
    seed: 42,
    invalidBefore: 0,
    outcome: { kind: 'finished' },
    metrics: {},
    records: 'records/default/default/sample-1.ndjson',
    ...parts,
  };
}

export function resultOf(parts: Partial<Result> = {}): Result {
  return {
    version: 1,
    scenario: 'failover',
    file: 'scenarios/failover.yaml',
    about: 'The Wi-Fi goes silent; LTE carries on.',
    lab: 'sim',
    seed: 7,
    verdict: 'pass',
    rows: [rowOf()],
    samples: [sampleOf()],
    run: {
      startedAt: '2026-01-02T03:04:05.000Z',
      wallMs: 1_234,
      command: ['ropewalk', 'run', 'scenarios/failover.yaml'],
      host: 'bench',
      fingerprint: '0123456789ab',
      machine: 'Abacus 3000, 2 cores, linux 6.8.0, Node 26.0.0',
      node: '26.0.0',
      version: '0.1.0',
      interrupted: false,
    },
    ...parts,
  };
}

export const failingRow = rowOf({
  verdict: 'fail',
  left: '214 ms',
  why: 'gap 214 ms breaks ≤ 110 ms in sample 3 of 7',
  again: 'ropewalk run scenarios/failover.yaml --sample 3',
});
