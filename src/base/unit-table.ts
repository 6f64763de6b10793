/** The units that people write, and what each is worth. */
export const quantityKinds = ['time', 'size', 'rate', 'ratio'] as const;
export type QuantityKind = (typeof quantityKinds)[number];

/** A unit is 10^`exponent` times `factor` of its kind's base unit. */
export interface Unit {
  readonly kind: QuantityKind;
  readonly exponent: number;
  readonly factor: number;
}

const unit = (kind: QuantityKind, exponent: number, factor = 1): Unit => ({
  kind,
  exponent,
  factor,
});

export const units: ReadonlyMap<string, Unit> = new Map([
  ['ns', unit('time', 0)],
  ['us', unit('time', 3)],
  ['ms', unit('time', 6)],
  ['s', unit('time', 9)],
  ['min', unit('time', 9, 60)],
  ['h', unit('time', 9, 3_600)],
  ['bit/s', unit('rate', 0)],
  ['kbit/s', unit('rate', 3)],
  ['Mbit/s', unit('rate', 6)],
  ['Gbit/s', unit('rate', 9)],
  ['bps', unit('rate', 0)],
  ['kbps', unit('rate', 3)],
  ['Mbps', unit('rate', 6)],
  ['Gbps', unit('rate', 9)],
  ['B', unit('size', 0)],
  ['kB', unit('size', 3)],
  ['MB', unit('size', 6)],
  ['GB', unit('size', 9)],
  ['KiB', unit('size', 0, 1_024)],
  ['MiB', unit('size', 0, 1_048_576)],
  ['GiB', unit('size', 0, 1_073_741_824)],
  ['%', unit('ratio', -2)],
  ['ppm', unit('ratio', -6)],
  // The two code points that keyboards make of a micro sign.
  ['µs', unit('time', 3)],
  ['μs', unit('time', 3)],
]);

/** What each kind looks like, for messages. */
export const examples: Readonly<Record<QuantityKind, string>> = {
  time: '30 ms',
  size: '64 KiB',
  rate: '50 Mbit/s',
  ratio: '0.5 %',
};

/** The names to suggest: not every spelling that is understood. */
export function unitNames(kind: QuantityKind): string[] {
  return [...units]
    .filter(([name, { kind: its }]) => its === kind && !/ps$|^[µμ]/.test(name))
    .map(([name]) => name);
}
