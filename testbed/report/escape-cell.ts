/** A bar would end the cell, a line break the table, and an angle bracket would begin a tag. */
export function escapeCell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('<', '&lt;');
}
