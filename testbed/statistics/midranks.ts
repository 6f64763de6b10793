/**
 * Twice the rank of each value among all, counted from 1; equal values share the mean of their ranks.
 * Doubled, the ranks are whole numbers.
 */
export function doubledMidranks(values: readonly number[]): number[] {
  const order = [...values.keys()].toSorted((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length).fill(0);
  let first = 0;
  while (first < order.length) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last++;
    for (let at = first; at <= last; at++) ranks[order[at]!] = first + 1 + last + 1;
    first = last + 1;
  }
  return ranks;
}
