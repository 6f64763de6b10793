/** A result as a table for a terminal: a row an expectation, case and variant. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { nsPerMs } from '../../src/base/time.ts';
import { formatDuration } from '../../src/base/units.ts';
import {
  type Result,
  type ResultRow,
  type Shown,
  verdictOfOutcome,
  verdicts,
} from '../schema/result.ts';
import { describeHardware } from './hardware-text.ts';
import { type Look, paint, paintVerdict } from './paint.ts';

/** Everything about one result that a reader of a terminal wants, ending in a line break. */
export function formatTable(result: Result, folder: string | undefined, look: Look): string {
  const blocks = [
    formatHeading(result, look),
    result.rows.length > 0 ? formatRows(result.rows, look) : formatSamples(result, look),
    formatAgain(result, look),
    formatTotals(result, folder, look),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function formatHeading(result: Result, look: Look): string {
  const cases = new Set(result.samples.map((sample) => sample.case)).size;
  const samples = new Set(result.samples.map((sample) => sample.sample)).size;
  const facts = [
    `lab ${result.lab}`,
    `seed ${result.seed}`,
    ...(cases > 1 ? [`${cases} cases`] : []),
    count(samples, 'sample'),
    ...describeHardware(result.samples),
  ].join(', ');
  const about = result.about === '' ? '' : `\n${result.about}`;
  return `${paint('bold', result.scenario, look)}  ${paint('dim', facts, look)}${about}`;
}

interface Column {
  readonly head: string;
  readonly cell: (row: ResultRow) => string;
}

const gap = 2;
const leastWhy = 28;

/** One table; where that is too wide for the terminal, one for each case and variant. */
function formatRows(rows: readonly ResultRow[], look: Look): string {
  const columns = columnsFor(rows, look);
  const places = Map.groupBy(rows, placeOf);
  const tooWide = widthOf(columns, rows) > look.columns;
  if (!tooWide || places.size === 1) return formatGrid(columns, rows, look);
  return [...places]
    .map(([place, own]) => `${place}\n${formatGrid(columnsFor(own, look), own, look)}`)
    .join('\n\n');
}

function formatGrid(columns: readonly Column[], rows: readonly ResultRow[], look: Look): string {
  const widths = widthsOf(columns, rows);
  const left = look.columns - widthOf(columns, rows);
  const roomy = left >= leastWhy;
  const padded = widths.map((width) => width + gap);
  const last = roomy ? 0 : padded.pop()!;
  const heads = [...columns.map(({ head }) => head), ...(roomy ? ['why'] : [])];
  const table = new Table({
    head: heads.map((head) => paint('dim', head, look)),
    colWidths: roomy ? [...padded, left] : [...padded, last + Math.max(left, 0)],
    wordWrap: true,
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
  });
  for (const row of rows) {
    const why = row.verdict === 'pass' ? shorten(row.brief, left - gap) : row.brief;
    table.push([...columns.map(({ cell }) => cell(row)), ...(roomy ? [why] : [])]);
    if (!roomy && row.verdict !== 'pass') {
      table.push(['', { content: row.brief, colSpan: columns.length - 1 }]);
    }
  }
  return withoutTrailingSpace(table.toString());
}

/** What passed takes one line; `report.md` has the rest of it. */
function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function widthsOf(columns: readonly Column[], rows: readonly ResultRow[]): number[] {
  return columns.map(({ head, cell }) =>
    Math.max(head.length, ...rows.map((row) => stripVTControlCharacters(cell(row)).length)),
  );
}

function widthOf(columns: readonly Column[], rows: readonly ResultRow[]): number {
  return widthsOf(columns, rows).reduce((sum, width) => sum + width + gap, 0);
}

function placeOf(row: { readonly case: string; readonly variant: string }): string {
  return [row.case, row.variant].filter((name) => name !== 'default').join(', ');
}

/** Columns that say the same in every row are left out: one case, one variant. */
function columnsFor(rows: readonly ResultRow[], look: Look): Column[] {
  const differs = (value: (row: ResultRow) => string): boolean => new Set(rows.map(value)).size > 1;
  const caseOf = (row: ResultRow): string => row.case;
  const variantOf = (row: ResultRow): string => row.variant;
  return [
    { head: 'verdict', cell: (row) => paintVerdict(row.shown, row.shown, look) },
    { head: 'expectation', cell: (row) => row.expectation },
    ...(differs(caseOf) ? [{ head: 'case', cell: caseOf }] : []),
    ...(differs(variantOf) ? [{ head: 'variant', cell: variantOf }] : []),
    { head: 'measured', cell: (row) => row.left },
    { head: 'bound', cell: (row) => row.right },
  ];
}

/** What is compared should stand out, not the frame. */
const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '',
  'mid-mid': '',
  middle: '',
};

function withoutTrailingSpace(text: string): string {
  return text.replaceAll(/[ \t]+$/gm, '');
}

/** A scenario that expects nothing still says what became of its samples. */
function formatSamples({ samples }: Result, look: Look): string {
  return samples
    .flatMap((sample) => {
      const { outcome } = sample;
      if (!('reason' in outcome)) return [];
      const verdict = verdictOfOutcome(outcome);
      const place = [`sample ${sample.sample}`, placeOf(sample)].filter((part) => part !== '');
      return `${paintVerdict(verdict, outcome.kind, look)}  ${place.join(' of ')}: ${outcome.reason}`;
    })
    .join('\n');
}

function formatAgain({ rows }: Result, look: Look): string {
  const commands = new Map<string, string[]>();
  for (const { again, expectation } of rows) {
    if (again === undefined) continue;
    const names = commands.get(again) ?? [];
    if (!names.includes(expectation)) names.push(expectation);
    commands.set(again, names);
  }
  if (commands.size === 0) return '';
  const lines = [...commands].map(
    ([command, names]) => `  ${command}  ${paint('dim', `# ${names.join(', ')}`, look)}`,
  );
  return [paint('dim', 'again, the worst sample alone:', look), ...lines].join('\n');
}

function formatTotals(result: Result, folder: string | undefined, look: Look): string {
  const counts = tally(result.rows)
    .map(([verdict, number]) => paintVerdict(verdict, `${number} ${verdict}`, look))
    .join(', ');
  const finished = result.samples.filter((sample) => sample.outcome.kind === 'finished').length;
  const took = formatDuration(result.run.wallMs * nsPerMs, 3);
  const run = `${finished} of ${count(result.samples.length, 'sample')} finished in ${took}`;
  const where = folder === undefined ? '' : `; records in ${folder}`;
  const cut = result.run.interrupted ? ['interrupted: this is what there is so far'] : [];
  const verdict = counts === '' ? paintVerdict(result.verdict, result.verdict, look) : counts;
  return [verdict, paint('dim', `${run}${where}`, look), ...cut].join('\n');
}

/** One line over several results. */
export function formatTotal(results: readonly Result[], look: Look): string {
  const counts = tally(results)
    .map(([verdict, number]) => paintVerdict(verdict, `${number} ${verdict}`, look))
    .join(', ');
  return `${count(results.length, 'scenario')}: ${counts}\n`;
}

/** Of rows what they are shown as, of results their verdict. */
export function tally(
  rows: readonly { readonly verdict: Shown; readonly shown?: Shown }[],
): [Shown, number][] {
  const names = rows.map(({ verdict, shown }) => shown ?? verdict);
  return [...verdicts, 'warn' as const, 'known' as const]
    .map((name): [Shown, number] => [name, names.filter((one) => one === name).length])
    .filter(([, number]) => number > 0);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
