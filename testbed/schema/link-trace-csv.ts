/** A link recorded as CSV: a row for each step of its rate, delay and loss. */
import { nsPerSecond } from '../../src/base/time.ts';
import type { QuantityKind } from '../../src/base/unit-table.ts';
import { parseQuantity, type Reading } from '../../src/base/units.ts';
import type { TraceStep } from './link-settings.ts';
import {
  type Cell,
  cellsOf,
  complain,
  complainAt,
  firstLine,
  type Line,
  linesOf,
  quote,
  type TraceProblem,
  type TraceReading,
} from './link-trace-lines.ts';

const columnNames = ['time', 'rate', 'delay', 'loss'] as const;
type ColumnName = (typeof columnNames)[number];

interface Column {
  readonly name: ColumnName;
  /** From a header such as `rate (Mbit/s)`: what a value without a unit means. */
  readonly unit: string | undefined;
}

const kindOf: Readonly<Record<ColumnName, QuantityKind>> = {
  time: 'time',
  rate: 'rate',
  delay: 'time',
  loss: 'ratio',
};

/**
 * A header that names the columns, then a row for each step: `time,rate,delay,loss`. An empty cell or
 * a missing column leaves the value to the link. Lines that begin with `#` are comments.
 */
export function parseTraceCsv(text: string): TraceReading {
  const [header, ...rows] = linesOf(text).filter((line) => !line.text.trimStart().startsWith('#'));
  if (header === undefined) {
    return complain(firstLine(text), '', 'the trace is empty', 'begin with: time,rate,delay,loss');
  }
  const columns = readHeader(header);
  if ('problem' in columns) return columns;
  const steps: TraceStep[] = [];
  for (const row of rows) {
    const step = readRow(row, columns);
    if ('problem' in step) return step;
    const wrong = checkOrder(row, columns, step.timeNs, steps.at(-1)?.timeNs);
    if (wrong !== undefined) return wrong;
    steps.push(step);
  }
  if (steps.length === 0) {
    const hint = 'write a row for each step: 0 s,12 Mbit/s,30 ms,0 %';
    return complain(header, '', 'the trace has a header and no rows', hint);
  }
  return { kind: 'steps', steps, periodNs: periodOf(steps), loop: true, offsetNs: 0 };
}

/** The last step lasts as long as the one before it; a lone one lasts a second. */
function periodOf(steps: readonly TraceStep[]): number {
  const last = steps.at(-1)!.timeNs;
  const before = steps.at(-2)?.timeNs;
  return before === undefined ? nsPerSecond : last + (last - before);
}

function readHeader(line: Line): Column[] | TraceProblem {
  const columns: Column[] = [];
  for (const cell of cellsOf(line)) {
    const parts = /^(\w+)\s*(?:[([](.+)[)\]])?$/.exec(cell.word);
    const name = columnNames.find((known) => known === parts?.[1]?.toLowerCase());
    if (name === undefined) {
      const hint = `columns: ${columnNames.join(', ')}, separated by commas; units in brackets: rate (Mbit/s)`;
      return complainAt(line, cell, `${quote(cell.word)} is not a column of a trace`, hint);
    }
    if (columns.some((column) => column.name === name)) {
      return complainAt(line, cell, `${quote(name)} is there twice`, 'remove one of the columns');
    }
    columns.push({ name, unit: parts?.[2]?.trim() });
  }
  const needed = columns.some(({ name }) => name === 'time') && columns.length > 1;
  if (needed) return columns;
  const hint = 'begin with: time,rate,delay,loss';
  return complain(line, line.text.trim(), 'a trace needs a time and one column more', hint);
}

function readRow(line: Line, columns: readonly Column[]): TraceStep | TraceProblem {
  const cells = cellsOf(line);
  if (cells.length !== columns.length) {
    const problem = `${cells.length} of ${columns.length} values`;
    return complain(line, line.text.trim(), problem, 'leave a cell empty to keep its comma');
  }
  const values: Partial<Record<ColumnName, number>> = {};
  for (const [at, column] of columns.entries()) {
    const cell = cells[at]!;
    if (cell.word === '' && column.name !== 'time') continue;
    const value = readCell(line, column, cell);
    if (typeof value !== 'number') return value;
    values[column.name] = value;
  }
  const { time, rate, delay, loss } = values;
  return { timeNs: time!, rateBps: rate, delayNs: delay, lossRatio: loss };
}

function readCell(line: Line, column: Column, cell: Cell): number | TraceProblem {
  if (column.name === 'rate' && cell.word === 'unlimited') return Number.POSITIVE_INFINITY;
  const reading = readQuantity(column, cell.word);
  if (typeof reading !== 'number') {
    const { code, problem, hint } = reading;
    return { ...complainAt(line, cell, `${quote(cell.word)} ${problem}`, hint), code };
  }
  if (reading < 0) {
    return complainAt(line, cell, `${cell.word} is below 0`, `a ${column.name} is 0 or more`);
  }
  if (column.name === 'loss' && reading > 1) {
    return complainAt(line, cell, `${quote(cell.word)} is more than all`, 'write 100 % or less');
  }
  return reading;
}

function readQuantity(column: Column, word: string): Reading {
  const bare = column.unit !== undefined && /^[+-]?\d+(\.\d+)?$/.test(word);
  return parseQuantity(kindOf[column.name], bare ? `${word} ${column.unit}` : word);
}

function checkOrder(
  line: Line,
  columns: readonly Column[],
  timeNs: number,
  previousNs: number | undefined,
): TraceProblem | undefined {
  const cell = cellsOf(line)[columns.findIndex(({ name }) => name === 'time')]!;
  if (previousNs === undefined && timeNs !== 0) {
    const hint = 'a trace begins at 0: subtract the first time from all';
    return complainAt(line, cell, `the first row is at ${quote(cell.word)}`, hint);
  }
  if (previousNs === undefined || timeNs > previousNs) return undefined;
  const hint = 'sort the rows; each needs a later time';
  return complainAt(line, cell, `${quote(cell.word)} is not after the row above it`, hint);
}
