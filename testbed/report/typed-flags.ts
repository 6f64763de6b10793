/** What of a command line must be typed again, so that the same thing is run. */

/** The words of these flags, each with its value where it takes one. */
export function keepFlags(
  words: readonly string[],
  { valued, bare = [] }: { readonly valued: readonly string[]; readonly bare?: readonly string[] },
): string[] {
  const [flag, next, ...rest] = words;
  if (flag === undefined || flag === '--') return [];
  const after = words.slice(1);
  const asked = { valued, bare };
  if (bare.includes(flag)) return [flag, ...keepFlags(after, asked)];
  if (valued.includes(flag) && next !== undefined) return [flag, next, ...keepFlags(rest, asked)];
  const [name, value] = splitAtSign(flag);
  if (value !== undefined && valued.includes(name)) {
    return [name, value, ...keepFlags(after, asked)];
  }
  return keepFlags(after, asked);
}

function splitAtSign(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
