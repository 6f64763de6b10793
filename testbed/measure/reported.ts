/** A figure that a command of somebody else's reported itself: out of its output, or its exit code. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { MeasureModel, ReadsModel, UnitModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { measured, missing } from './metric.ts';
import type { MeasureContext } from './observe.ts';
import { pickOf } from './pick.ts';

/** The figures, in the order of the output; or why there is none. */
type Reading = readonly number[] | { readonly problem: string };

export function measureReported(
  { plan, records }: Pick<MeasureContext, 'plan' | 'records'>,
  measure: MeasureModel,
): Metric {
  const { of, field, unit, pick } = measure;
  const reads = plan.programs.find(({ id }) => id === of)?.foreign?.reads;
  if (reads === undefined) return missing(`nothing is read of what ${of} leaves`);
  const exited = records.findLast(({ kind, id }) => kind === 'program.exited' && id === of);
  if (exited === undefined) return missing(`${of} had not come to an end`);
  const reading = readFigures(reads, exited, field);
  if ('problem' in reading) return missing(`${of}: ${reading.problem}`);
  return measured(inBaseUnit(pickOf(reading, pick), unit), unit?.dimension ?? 'plain');
}

function inBaseUnit(value: number, unit: UnitModel | undefined): number {
  return unit === undefined ? value : (value * unit.multiplier) / unit.divisor;
}

function readFigures(reads: ReadsModel, exited: TraceRecord, field: string | undefined): Reading {
  switch (reads.kind) {
    case 'exit-code':
      return typeof exited['code'] === 'number'
        ? [exited['code']]
        : { problem: `it was ended by ${exited['signal']}, which is no exit code` };
    case 'iperf3-json':
      return readJson(String(exited['stdout'] ?? ''), field ?? '');
    case 'regex': {
      const output = `${exited['stdout'] ?? ''}\n${exited['stderr'] ?? ''}`;
      return readMatches(new RegExp(reads.source, globally(reads.flags)), output, field);
    }
  }
}

/** All matches are looked for, and `^` and `$` are those of a line. */
function globally(flags: string): string {
  return [...new Set(`${flags}gm`)].filter((flag) => flag !== 'y').join('');
}

function readMatches(regex: RegExp, output: string, field: string | undefined): Reading {
  const texts = [...output.matchAll(regex)].map((match) =>
    field === undefined ? (match[1] ?? match[0]) : match.groups?.[field],
  );
  const found = texts.filter((text) => text !== undefined);
  if (found.length === 0) return { problem: `nothing in its output fits ${regex.source}` };
  return numbersOf(found);
}

function readJson(output: string, field: string): Reading {
  const report = parseJson(output);
  if (report === undefined) return { problem: 'its output is not JSON; does it have -J?' };
  const { error } = report as { readonly error?: unknown };
  if (typeof error === 'string') return { problem: error };
  const found = stepInto(report, field.split('.'));
  if (found.length === 0) return { problem: `its report has no ${field}` };
  return numbersOf(found);
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A name that stands before a list goes into each of its items: `intervals.sum.bits_per_second`. */
function stepInto(value: unknown, steps: readonly string[]): unknown[] {
  const [step, ...rest] = steps;
  if (step === undefined) return value === undefined ? [] : [value].flat();
  if (Array.isArray(value) && !/^\d+$/.test(step)) {
    return value.flatMap((item) => stepInto(item, steps));
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
  return stepInto((value as Readonly<Record<string, unknown>>)[step], rest);
}

function numbersOf(values: readonly unknown[]): Reading {
  const numbers = values.map((value) => (isNumeric(value) ? Number(value) : Number.NaN));
  const odd = numbers.findIndex((number) => !Number.isFinite(number));
  return odd === -1 ? numbers : { problem: `${JSON.stringify(values[odd])} is not a number` };
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
}
