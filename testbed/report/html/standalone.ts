/** A picture as a file of its own, on white, and the figures behind it. */
import { type DataTable, type Drawing, drawSvg } from './drawing.ts';
import { element, trusted } from './element.ts';
import { style } from './style.ts';

export function formatSvg(drawing: Drawing): string {
  const onWhite =
    style.slice(0, style.indexOf('@media (prefers-color-scheme')) +
    style.slice(style.indexOf('svg text{'), style.indexOf('@media (max-width'));
  const { width, height } = drawing;
  const svg = drawSvg(
    drawing,
    { xmlns: 'http://www.w3.org/2000/svg' },
    element('style', {}, trusted(onWhite)),
    element('rect', { width, height, fill: '#fff' }),
  );
  return `${svg.markup}\n`;
}

/** RFC 4180. */
export function formatCsv({ heads, rows }: DataTable): string {
  return [heads, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

function quote(cell: string | number | undefined): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
