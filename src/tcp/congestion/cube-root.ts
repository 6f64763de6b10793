/** CUBIC's one root, in whole numbers: Math.cbrt may differ in its last bit between machines. */

/** The largest whole number whose cube is not above `value`, from 0 to 2^53. */
export function wholeCubeRoot(value: number): number {
  if (value < 1) return 0;
  let root = startAbove(value);
  for (;;) {
    // Newton from above falls until it stands at the root: the quotients only need their whole part.
    const next = Math.floor((2 * root + Math.floor(value / (root * root))) / 3);
    if (next >= root) break;
    root = next;
  }
  while (root * root * root > value) root -= 1;
  while ((root + 1) * (root + 1) * (root + 1) <= value) root += 1;
  return root;
}

/** A power of two that is no smaller than the root. */
function startAbove(value: number): number {
  let root = 1;
  while (root * root * root < value) root *= 2;
  return root;
}
