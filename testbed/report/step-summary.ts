/**
 * The summary of a job on GitHub, worst first. GitHub refuses a step's summary whole if it is larger
 * than 1024 KiB, so what does not fit is counted and left out.
 */
import type { Result } from '../schema/result.ts';
import { escapeCell } from './escape-cell.ts';
import { describePlace, describeVerdict, type Finding, listFindings } from './findings.ts';
import type { Gate } from './gate.ts';
import { tally } from './table.ts';

export const stepSummaryLimitBytes = 1_000_000;
const mostWhyCharacters = 600;
/** For the line that counts what was left out, and what closes a table. */
const tailBytes = 300;

export function formatStepSummary(
  results: readonly Result[],
  gate: Gate | undefined,
  limitBytes: number,
): string {
  const found = listFindings(results, gate);
  const lines = [...headLines(results, gate), ...(found.length === 0 ? [] : tableHead)];
  let roomBytes = limitBytes - tailBytes - bytesOf(lines);
  if (roomBytes < 0) return '';
  let shown = 0;
  for (const finding of found) {
    const line = findingLine(finding);
    roomBytes -= bytesOf([line]);
    if (roomBytes < 0) break;
    lines.push(line);
    shown++;
  }
  const rest = found.length - shown;
  if (rest > 0) lines.push('', `And ${rest} more that are no worse: \`result.json\` has them all.`);
  return `${lines.join('\n')}\n\n`;
}

function headLines(results: readonly Result[], gate: Gate | undefined): string[] {
  const rows = tally(results.flatMap((result) => result.rows));
  const counts = rows.map(([verdict, number]) => `${number} ${verdict}`).join(', ');
  const names = results.map(({ scenario, verdict }) => `${escapeCell(scenario)} ${verdict}`);
  const title = names.length === 1 ? names[0]! : `${names.length} scenarios`;
  const interrupted = results.some(({ run }) => run.interrupted) ? ', interrupted' : '';
  const gated = gate === undefined ? '' : `, gate ${gate}`;
  return [
    `### Ropewalk: ${title}`,
    '',
    `${counts === '' ? 'nothing was expected' : counts}${gated}${interrupted}`,
  ];
}

const heads = ['verdict', 'scenario', 'expectation', 'case', 'measured', 'bound', 'why', 'again'];
const tableHead = ['', tableLine(heads), tableLine(heads.map(() => '---'))];

function findingLine(finding: Finding): string {
  const { isRed, scenario, expectation, measured, bound, why, again } = finding;
  const said = why.length > mostWhyCharacters ? `${why.slice(0, mostWhyCharacters)}…` : why;
  return tableLine([
    isRed ? `**${describeVerdict(finding)}**` : describeVerdict(finding),
    escapeCell(scenario),
    escapeCell(expectation),
    escapeCell(describePlace(finding)),
    escapeCell(measured),
    escapeCell(bound),
    escapeCell(said),
    again === undefined ? '' : `\`${escapeCell(again)}\``,
  ]);
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Each with its line break. */
function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
