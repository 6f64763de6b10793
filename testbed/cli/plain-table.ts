/** Rows under headings, without lines: what the small verbs print. */
import Table from 'cli-table3';

const none = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((name) => [name, '']),
);

type Row = readonly string[];

/** A cell of several lines goes in as several rows: the library's time grows with the square of a cell's. */
export function formatPlainTable(head: Row, rows: readonly Row[]): string {
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const table = new Table({ head: [...head], chars: { ...none, middle: '  ' }, style });
  table.push(...rows.flatMap(splitLines));
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function splitLines(row: Row): string[][] {
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => cells.map((lines) => lines[at] ?? ''));
}
