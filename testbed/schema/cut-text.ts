/** A text without quotes within braces, which YAML cuts at its commas: `{ that: d <= owd(a, b) }`. */

/** How it is to be written; undefined: nothing here looks like such a text. */
export function mendCutText(keys: readonly string[], map: unknown): string | undefined {
  const owner = Object.entries(map as object).find(([, value]) => openBrackets(value) > 0);
  if (owner === undefined) {
    return keys.some((key) => /[()]/.test(key))
      ? 'put the expression in quotes: that: "…"'
      : undefined;
  }
  const [name, begun] = owner as [string, string];
  return `put the expression in quotes: ${name}: "${join(begun, keys) ?? '…'}"`;
}

/** Undefined where the pieces do not make a whole: keys that are numbers lose their order. */
function join(begun: string, keys: readonly string[]): string | undefined {
  const whole = [begun, ...keys].join(', ');
  const isWhole = openBrackets(whole) === 0 && !/["\\\n]/.test(whole);
  return isWhole && !keys.some((key) => /^\d+$/.test(key)) ? whole : undefined;
}

function openBrackets(value: unknown): number {
  if (typeof value !== 'string') return 0;
  return value.split('(').length - value.split(')').length;
}
