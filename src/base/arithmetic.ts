/** Functions whose last bits must not depend on the machine: made of + - * / only, which IEEE 754 fixes. */

const ln2 = Math.LN2;
const sqrtHalf = Math.SQRT1_2;

/** Of a positive, finite number; right to a few units in the last place. */
export function naturalLog(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa >= 2 * sqrtHalf) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < sqrtHalf) {
    mantissa *= 2;
    exponent -= 1;
  }
  return exponent * ln2 + logNearOne(mantissa);
}

/** ln m = 2 artanh((m - 1) / (m + 1)); for m in [√½, √2) eleven terms are below half a unit. */
function logNearOne(mantissa: number): number {
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let odd = 23; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return 2 * ratio * sum;
}
