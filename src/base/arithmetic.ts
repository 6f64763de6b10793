/** Functions whose last bits must not depend on the machine: made of + - * / only, which IEEE 754 fixes. */

const ln2 = Math.LN2;
/** ln 2 in two parts: whole multiples of the first, which ends in zeros, are exact. */
const ln2High = 0.693_147_180_369_123_8;
const ln2Low = 1.908_214_929_270_587_7e-10;
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

/** e to the power of x, right to a few units in the last place; 0 and Infinity beyond the range of doubles. */
export function exponential(x: number): number {
  const halvings = Math.round(x / ln2);
  const rest = x - halvings * ln2High - halvings * ln2Low;
  let sum = 1;
  for (let degree = 14; degree >= 1; degree--) sum = 1 + (sum * rest) / degree;
  return scaleByPowerOfTwo(sum, halvings);
}

function scaleByPowerOfTwo(x: number, exponent: number): number {
  let scaled = x;
  const factor = exponent < 0 ? 0.5 : 2;
  const steps = Math.min(Math.abs(exponent), 2_200);
  for (let step = 0; step < steps; step++) scaled *= factor;
  return scaled;
}
