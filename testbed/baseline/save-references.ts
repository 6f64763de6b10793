/** A result's figures put among the references that are there, and what that changed. */
import { InputError } from '../../src/base/errors.ts';
import type { Result, SampleResult } from '../schema/result.ts';
import {
  anyMachine,
  type Baseline,
  baselineVersion,
  type CaseReference,
  compareReferences,
  type Figures,
  machineIn,
} from './baseline.ts';
import type { Machine } from './machine.ts';
import { metricsOf } from './metrics-of.ts';

export interface Saving {
  readonly result: Result;
  readonly machine: Machine;
  /** Today: `2026-01-02`. */
  readonly date: string;
}

export type Change =
  | { readonly kind: 'added' | 'same' | 'other-scenario'; readonly reference: CaseReference }
  | {
      readonly kind: 'changed';
      readonly reference: CaseReference;
      readonly before: CaseReference;
      /** Names of the metrics that came, went or moved. */
      readonly metrics: readonly string[];
    }
  /** It stands in the file and this result does not speak of it. */
  | { readonly kind: 'kept'; readonly reference: CaseReference };

export interface Saved {
  readonly baseline: Baseline;
  readonly changes: readonly Change[];
}

export function saveReferences(before: Baseline | undefined, saving: Saving): Saved {
  const fresh = referencesOf(saving);
  const old = before?.references ?? [];
  const kept = old.filter((one) => !fresh.some((other) => compareReferences(one, other) === 0));
  const changes: Change[] = fresh.map((reference) => changeOf(old, reference));
  // What has not changed keeps its day and version, so that nothing shows in a diff.
  const references = changes
    .map((change) => (change.kind === 'same' ? findLike(old, change.reference)! : change.reference))
    .concat(kept)
    .toSorted(compareReferences);
  const { scenario, file } = saving.result;
  const machines = machinesOf(references, { ...before?.machines }, saving.machine);
  const baseline: Baseline = { version: baselineVersion, scenario, file, machines, references };
  const others = kept.map((reference): Change => ({ kind: 'kept', reference }));
  return { baseline, changes: [...changes, ...others] };
}

function findLike(old: readonly CaseReference[], reference: CaseReference) {
  return old.find((one) => compareReferences(one, reference) === 0);
}

function changeOf(old: readonly CaseReference[], reference: CaseReference): Change {
  const before = findLike(old, reference);
  if (before === undefined) return { kind: 'added', reference };
  if (before.hash !== reference.hash || before.seed !== reference.seed) {
    return { kind: 'other-scenario', reference };
  }
  const names = new Set([...Object.keys(before.metrics), ...Object.keys(reference.metrics)]);
  const metrics = [...names].filter(
    (name) => textOf(before.metrics[name]) !== textOf(reference.metrics[name]),
  );
  if (metrics.length > 0) return { kind: 'changed', reference, before, metrics };
  return { kind: 'same', reference };
}

function textOf(figures: Figures | undefined): string {
  return JSON.stringify([figures?.dimension, figures?.missing, figures?.values]);
}

/** Only machines that a reference speaks of. */
function machinesOf(
  references: readonly CaseReference[],
  known: Readonly<Record<string, string>>,
  { fingerprint, text }: Machine,
): Record<string, string> {
  const names = { ...known, [fingerprint]: text };
  const used = new Set(references.map(({ machine }) => machine));
  return Object.fromEntries(
    Object.entries(names).filter(([id]) => id !== anyMachine && used.has(id)),
  );
}

function referencesOf({ result, date }: Saving): CaseReference[] {
  refuseUnfinished(result);
  const places = Map.groupBy(result.samples, (one) => JSON.stringify([one.case, one.variant]));
  return [...places.values()].map((samples) => ({
    case: samples[0]!.case,
    variant: samples[0]!.variant,
    lab: result.lab,
    machine: machineIn(result.lab, result.run.fingerprint),
    hash: hashFor(result, samples[0]!),
    seed: result.seed,
    samples: samples.length,
    version: result.run.version,
    date,
    metrics: metricsOf(samples),
  }));
}

/** A run that went wrong shows what going wrong looks like. */
function refuseUnfinished({ scenario, file, samples, run }: Result): void {
  const bad = samples.find(({ outcome }) => outcome.kind !== 'finished');
  if (bad === undefined && samples.length > 0 && !run.interrupted) return;
  const reason = bad !== undefined && 'reason' in bad.outcome ? `: ${bad.outcome.reason}` : '';
  const what =
    bad === undefined
      ? 'was interrupted, or ran no sample'
      : `has sample ${bad.sample} of ${bad.case} that is ${bad.outcome.kind}${reason}`;
  throw new InputError({
    code: 'unusable-result',
    message: `no reference can be made of ${scenario}: its result ${what}`,
    hint: `run it whole first: ropewalk run ${file}`,
  });
}

function hashFor({ hashes = [], scenario, file }: Result, sample: SampleResult): string {
  const found = hashes.find((one) => one.case === sample.case && one.variant === sample.variant);
  if (found !== undefined) return found.hash;
  throw new InputError({
    code: 'unusable-result',
    message: `the result of ${scenario} does not say which scenario it is of: an older Ropewalk wrote it`,
    hint: `run it again: ropewalk run ${file}`,
  });
}
