/** A set of whole numbers from 0 on, a bit for each: for sequence numbers, which lie close together. */
export interface NumberSet {
  words: Uint32Array;
  size: number;
}

export function createNumberSet(): NumberSet {
  return { words: new Uint32Array(16), size: 0 };
}

/** True where the number is new. */
export function addNumber(set: NumberSet, number: number): boolean {
  const at = Math.floor(number / 32);
  if (at >= set.words.length) growTo(set, at);
  const bit = 1 << (number % 32);
  if ((set.words[at]! & bit) !== 0) return false;
  set.words[at]! |= bit;
  set.size += 1;
  return true;
}

export function hasNumber(set: NumberSet, number: number): boolean {
  return ((set.words[Math.floor(number / 32)] ?? 0) & (1 << (number % 32))) !== 0;
}

function growTo(set: NumberSet, at: number): void {
  const larger = new Uint32Array(Math.max(at + 1, set.words.length * 2));
  larger.set(set.words);
  set.words = larger;
}
