/** Measures that take a figure from what a command itself reports. */
import { nearestWord } from '../../src/base/nearest.ts';
import { type Unit, units } from '../../src/base/unit-table.ts';
import type { SourcePath } from './loaded.ts';
import type { ReadsModel, UnitModel } from './model.ts';
import { listSome, listWords, quote } from './quote.ts';
import type { References } from './references.ts';
import type { RawMeasure } from './scenario.ts';

/** Of a measure that is no such one: the keys that it cannot have. */
export function refuseReportedKeys(
  raw: RawMeasure,
  misplaced: (key: string, owner: string) => void,
): void {
  if (raw.what === 'reported') return;
  if (raw.field !== undefined) misplaced('field', 'reported');
  if (raw.unit !== undefined) misplaced('unit', 'reported');
}

export function checkReported(raw: RawMeasure, path: SourcePath, references: References): void {
  if (raw.window !== undefined) {
    const message = 'a figure of a program has no window';
    const hint = 'it belongs to traffic and watched flows';
    const at = [...path, 'window'];
    references.report({ code: 'misplaced-key', path: at, aim: 'key', message, hint });
  }
  const reads = findReads(raw, path, references);
  if (reads !== undefined) checkField(raw, reads, path, references);
}

function findReads(
  { of }: RawMeasure,
  path: SourcePath,
  { readers, programs, report }: References,
): ReadsModel | undefined {
  const reads = readers.get(of);
  if (reads !== undefined) return reads;
  const at = [...path, 'of'];
  if (programs.includes(of)) {
    const message = `nothing is read of what ${quote(of)} leaves`;
    const hint = `write reads: iperf3-json, exit-code or { regex: … } in programs.${of}`;
    report({ code: 'unfit-measure', path: at, message, hint });
    return undefined;
  }
  const nearest = nearestWord(of, programs);
  const list = programs.length === 0 ? 'there is no program' : `there are: ${listSome(programs)}`;
  const hint = nearest === undefined ? list : `did you mean "${nearest}"?`;
  report({ code: 'unknown-program', path: at, message: `${quote(of)} is not a program`, hint });
  return undefined;
}

function checkField(
  { field, unit, of }: RawMeasure,
  reads: ReadsModel,
  path: SourcePath,
  { report }: References,
): void {
  if (reads.kind === 'exit-code') {
    for (const key of [field !== undefined && 'field', unit !== undefined && 'unit'] as const) {
      if (key === false) continue;
      const message = `an exit code has no ${key}`;
      const hint = `leave it out, or let ${of} read something else`;
      report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
    }
  } else if (reads.kind === 'iperf3-json') {
    if (field !== undefined && field !== '') return;
    const message = 'it is not said which figure of the report is meant';
    const hint = 'write field: end.sum_received.bits_per_second, unit: bit/s';
    report({ code: 'missing-key', path, aim: 'key', message, hint });
  } else if (field !== undefined && !groupsOf(reads).includes(field)) {
    const names = groupsOf(reads);
    const message = `the regular expression of ${of} has no group ${quote(field)}`;
    const hint =
      names.length === 0
        ? `name one: (?<${/^[A-Za-z]\w*$/.test(field) ? field : 'rate'}>\\d+)`
        : `its groups: ${listWords(names, 'and')}`;
    report({ code: 'unknown-word', path: [...path, 'field'], message, hint });
  }
}

/** An alternative that is empty fits the empty text, and then all groups are listed. */
function groupsOf({ source, flags }: Extract<ReadsModel, { kind: 'regex' }>): string[] {
  return Object.keys(new RegExp(`${source}|`, flags).exec('')?.groups ?? {});
}

/** A ratio is a plain number. */
export function resolveUnit(name: string | undefined): UnitModel | undefined {
  const unit = name === undefined ? undefined : units.get(name);
  if (unit === undefined) return undefined;
  const { kind, exponent, factor }: Unit = unit;
  return {
    dimension: kind === 'ratio' ? 'plain' : kind,
    multiplier: exponent < 0 ? factor : factor * 10 ** exponent,
    divisor: exponent < 0 ? 10 ** -exponent : 1,
  };
}
