/** A heat map as a picture of its own, with the figures behind its cells. */
import type { Dimension } from './axis.ts';
import { type DataTable, type Drawing, fitText, idOf } from './drawing.ts';
import { type Child, element } from './element.ts';
import { cornerOf, type HeatCell, type HeatMap, shadesOf } from './heat-map.ts';
import { columnOf } from './places.ts';

const cellPx = { width: 104, height: 26 } as const;
const headPx = 26;
const charPx = 6.6;
const mostNamePx = 320;

export function drawHeat(map: HeatMap): Drawing {
  const { caption, heads, rows } = map;
  const corner = cornerOf(map);
  const longest = Math.max(
    ...[corner, ...rows.map(({ name }) => name)].map(({ length }) => length),
  );
  const leftPx = Math.min(mostNamePx, longest * charPx + 12);
  const shadeOf = shadesOf(map);
  return {
    id: idOf('heat', caption),
    title: caption,
    about: `${rows.length} rows by ${heads.length} columns: ${corner}. The deeper the colour, the worse.`,
    width: leftPx + heads.length * cellPx.width + 2,
    height: headPx + rows.length * cellPx.height + 2,
    content: [
      headText(corner, 0, leftPx, 'small'),
      heads.map((head, at) => headText(head, leftPx + at * cellPx.width, cellPx.width, 'strong')),
      rows.map((row, at) => {
        const top = headPx + at * cellPx.height;
        return [
          boundedText(row.name, { x: 0, y: top + 17 }, leftPx),
          row.cells.map((cell, column) =>
            drawCell(cell, leftPx + column * cellPx.width, top, cell && shadeOf(row, column)(cell)),
          ),
        ];
      }),
    ],
    data: () => tabulate(map),
  };
}

function headText(text: string, x: number, widthPx: number, className: string): Child {
  return boundedText(text, { x: x + 4, y: headPx - 9, class: className }, widthPx - 4);
}

function boundedText(
  text: string,
  place: { readonly x: number; readonly y: number; readonly class?: string },
  widthPx: number,
): Child {
  return element('text', place, fitText(text, widthPx), element('title', {}, text));
}

function drawCell(
  cell: HeatCell | undefined,
  left: number,
  top: number,
  shade: number | undefined,
): Child {
  const { width, height } = cellPx;
  const text = cell === undefined ? '·' : [cell.text, cell.verdict].filter(Boolean).join(' ');
  return [
    element('rect', { x: left, y: top, width, height, class: `heatcell h${shade ?? 0}` }),
    boundedText(text, { x: left + 5, y: top + 17 }, width - 8),
  ];
}

/** A row a cell that has a value; a column for each unit that the cells are in. */
function tabulate({ down, across, rows, heads }: HeatMap): DataTable {
  const cells = rows.flatMap(({ name, cells: own }) =>
    own.flatMap((cell, at) => (cell === undefined ? [] : [{ name, head: heads[at], cell }])),
  );
  const dimensions = [...new Set(cells.map(({ cell }) => cell.dimension))];
  const figure = (cell: HeatCell, dimension: Dimension) =>
    cell.dimension === dimension ? cell.value : undefined;
  return {
    heads: [
      ...[down, across],
      ...dimensions.map((dimension) => columnOf('median', dimension)),
      'not_passed',
    ],
    rows: cells.map(({ name, head, cell }) => [
      ...[name, head],
      ...dimensions.map((dimension) => figure(cell, dimension)),
      cell.verdict,
    ]),
  };
}
