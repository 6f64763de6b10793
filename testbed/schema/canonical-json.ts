/** One text for one value: keys in order, nothing between, numbers as ECMAScript writes them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalMap(value);
  if (typeof value === 'number') return canonicalNumber(value);
  return JSON.stringify(value) ?? 'null';
}

/** What is undefined is not there. */
function canonicalMap(map: object): string {
  const entries = Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${canonicalJson(value)}`);
  return `{${entries.join(',')}}`;
}

/** An unlimited rate must not become `null`: JSON reads 1e999 back as infinity. */
function canonicalNumber(value: number): string {
  if (Number.isNaN(value)) throw new TypeError('not a number has no JSON');
  if (Number.isFinite(value)) return JSON.stringify(value);
  return value > 0 ? '1e999' : '-1e999';
}
