/** The right word for a mistyped one, or undefined if nothing known is near enough to suggest. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  const folded = fold(word);
  let best: string | undefined;
  let bestDistance = farthest(word) + 1;
  for (const candidate of known) {
    if (candidate === word) continue;
    const distance = editDistance(folded, fold(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** In a word of two letters another letter makes another word; its case does not. */
function farthest(word: string): number {
  return word.length < 3 ? 0 : Math.max(1, Math.floor(word.length / 3));
}

/** `Opened_By` is nearly `opened-by`. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll('_', '-');
}

/** Insertions, deletions, replacements and swaps of neighbours, counted up to `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let older: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const edited = Math.min(above[column]!, current[column - 1]!) + 1;
      const replaced = above[column - 1]! + (same ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? older[column - 2]! + 1
          : limit;
      current.push(Math.min(edited, replaced, swapped));
    }
    older = above;
    above = current;
  }
  return Math.min(above[b.length]!, limit);
}
