/** A picture with its words and the figures behind it. */
import { type Attributes, type Child, element, type Markup } from './element.ts';

export interface DataTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

export interface Drawing {
  /** Of a file and of a place in a page. */
  readonly id: string;
  readonly title: string;
  /** For whoever does not see it: what it shows, in a sentence. */
  readonly about: string;
  readonly width: number;
  readonly height: number;
  readonly content: Child;
  readonly legend?: readonly LegendEntry[] | undefined;
  /** What a reader of the page may want in figures; undefined: it stands elsewhere on the page. */
  readonly summary?: DataTable | undefined;
  /** All figures in it, in base units that the heads name. */
  readonly data: () => DataTable;
}

export interface LegendEntry {
  readonly className: string;
  readonly text: string;
}

export function drawSvg(drawing: Drawing, attributes: Attributes = {}, ...before: Child[]): Markup {
  const { id, title, about, width, height, content } = drawing;
  return element(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-about`,
      ...attributes,
    },
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-about` }, about),
    ...before,
    content,
  );
}

/** A figure of the page: on a narrow screen it is moved, not shrunk. */
export function showDrawing(drawing: Drawing): Markup {
  const { id, title, legend = [], summary } = drawing;
  return element(
    'figure',
    { id },
    element('figcaption', {}, element('strong', {}, title)),
    element(
      'div',
      { class: 'pan', tabindex: 0, role: 'region', 'aria-label': `${title}: picture` },
      drawSvg(drawing),
    ),
    legend.length > 0 && showLegend(legend),
    summary && showFigures(summary, title),
  );
}

function showLegend(legend: readonly LegendEntry[]): Markup {
  const swatch = (className: string) =>
    element(
      'svg',
      { width: 18, height: 12, viewBox: '0 0 18 12', 'aria-hidden': 'true' },
      element('path', { d: 'M1 6h16', class: `swatch ${className}` }),
    );
  return element(
    'ul',
    { class: 'legend' },
    legend.map(({ className, text }) => element('li', {}, swatch(className), ' ', text)),
  );
}

function showFigures(table: DataTable, title: string): Markup {
  return element(
    'details',
    {},
    element('summary', {}, 'The figures', element('span', { class: 'unseen' }, ` of ${title}`)),
    showTable(table, { label: title }),
  );
}

interface TableLook {
  readonly label: string;
  readonly className?: string;
}

/** Scrolls by itself where it is wider than the screen. */
export function showTable({ heads, rows }: DataTable, { label, className }: TableLook): Markup {
  const cell = (value: string | number | undefined, at: number) =>
    at === 0
      ? element('th', { scope: 'row' }, value)
      : element('td', { class: isNumeric(value) && 'number' }, value);
  return element(
    'div',
    { class: 'pan', tabindex: 0, role: 'region', 'aria-label': `${label}: table` },
    element(
      'table',
      { class: className },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heads.map((head) => element('th', { scope: 'col' }, head)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) => element('tr', {}, row.map(cell))),
      ),
    ),
  );
}

function isNumeric(value: string | number | undefined): boolean {
  return typeof value === 'number' || /^[+-]?[\d.]+( [%\w/]+)?$/.test(value ?? '');
}

/** `case a, variant b` as part of a file's name. */
export function idOf(...parts: readonly string[]): string {
  return parts
    .map((part) => part.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, ''))
    .join('-');
}

/** Cut where it would run into its neighbour; the whole stands in a tooltip. */
export function fitText(text: string, widthPx: number, charPx = 6.4): string {
  const most = Math.floor(widthPx / charPx);
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
