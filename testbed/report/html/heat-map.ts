/** Numbers in a table, shaded between the best and the worst: the picture and its figures are one. */
import type { Verdict } from '../../schema/result.ts';
import type { Dimension } from './axis.ts';
import { type Child, element, type Markup } from './element.ts';
import { markVerdict } from './verdict-mark.ts';

export interface HeatCell {
  readonly value: number;
  readonly dimension: Dimension;
  readonly text: string;
  /** Of what did not pass there. */
  readonly verdict: Verdict | undefined;
  readonly better: 'higher' | 'lower' | undefined;
}

export interface HeatMap {
  readonly caption: string;
  /** What its rows are, and its columns. */
  readonly down: string;
  readonly across: string;
  readonly heads: readonly string[];
  readonly rows: readonly HeatRow[];
  /** Among which cells a shade says something: those of one figure. */
  readonly alike: 'all' | 'column' | 'row';
}

export interface HeatRow {
  readonly name: string;
  readonly cells: readonly (HeatCell | undefined)[];
}

type Shade = (cell: HeatCell) => number;

export function cornerOf({ down, across }: HeatMap): string {
  return `${down} \\ ${across}`;
}

export function showHeat(map: HeatMap): Markup {
  const { caption, heads, rows } = map;
  const shadeOf = shadesOf(map);
  return element(
    'div',
    { class: 'pan', tabindex: 0, role: 'region', 'aria-label': `heat map of ${caption}` },
    element(
      'table',
      { class: 'heat' },
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          [cornerOf(map), ...heads].map((head) => element('th', { scope: 'col' }, head)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, row.name),
            row.cells.map((cell, at) => showCell(cell, shadeOf(row, at))),
          ),
        ),
      ),
    ),
  );
}

export function shadesOf({ alike, rows }: HeatMap): (row: HeatRow, column: number) => Shade {
  if (alike === 'row') return (row) => shadeAmong(row.cells);
  if (alike === 'all') {
    const shade = shadeAmong(rows.flatMap(({ cells }) => cells));
    return () => shade;
  }
  const shades = (rows[0]?.cells ?? []).map((_, at) =>
    shadeAmong(rows.map(({ cells }) => cells[at])),
  );
  return (_, column) => shades[column]!;
}

/** Values that differ by a part of this share of the greatest are shaded by no more than that part. */
const tellingShare = 0.25;

/** Five shades between the best and the worst; where neither way is better, between least and most. */
function shadeAmong(cells: readonly (HeatCell | undefined)[]): Shade {
  const values = cells.flatMap((cell) => (cell === undefined ? [] : [cell.value]));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least;
  const weight = Math.min(1, span / (Math.max(Math.abs(least), Math.abs(most)) * tellingShare));
  return ({ value, better }) => {
    if (span === 0) return 0;
    const share = (value - least) / span;
    return Math.round(4 * weight * (better === 'higher' ? 1 - share : share));
  };
}

function showCell(cell: HeatCell | undefined, shade: Shade): Child {
  if (cell === undefined) return element('td', { class: 'none' }, '·');
  const { text, verdict } = cell;
  return element(
    'td',
    { class: `number h${shade(cell)}` },
    text,
    verdict && [' ', markVerdict(verdict)],
  );
}
