/** A picture as a file of its own, on white, and the figures behind it. */
import { type DataTable, type Drawing, drawSvg } from './drawing.ts';
import { element, trusted } from './element.ts';
import { style } from './style.ts';

export function formatSvg(drawing: Drawing): string {
  const { width, height } = drawing;
  const svg = drawSvg(
    drawing,
    { xmlns: 'http://www.w3.org/2000/svg' },
    element('style', {}, trusted(styleOnWhite(style))),
    element('rect', { width, height, fill: '#fff' }),
  );
  return `${svg.markup}\n`;
}

/** Rules of the page that pictures need: its light colours, and never the dark ones of who looks at it. */
export function styleOnWhite(whole: string): string {
  const colours = whole.slice(0, placeOf('@media screen and (prefers-color-scheme', whole));
  const pictures = whole.slice(placeOf('svg text{', whole), placeOf('@media (max-width', whole));
  return colours + pictures;
}

function placeOf(mark: string, whole: string): number {
  const at = whole.indexOf(mark);
  if (at === -1) throw new Error(`the style of the page has no ${mark}`);
  return at;
}

/** RFC 4180. */
export function formatCsv({ heads, rows }: DataTable): string {
  return [heads, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

function quote(cell: string | number | undefined): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
