/**
 * Values by names of the drawing. Without a prototype: V8 keeps a hidden class for every name that ever
 * came first in a plain object, and past some 1500 of them each new object gets a class of its own.
 */
export function byName<Value>(
  entries: Iterable<readonly [string, Value]>,
): Readonly<Record<string, Value>> {
  const values: Record<string, Value> = Object.create(null);
  for (const [name, value] of entries) values[name] = value;
  return values;
}
