/** Ratios and shares as messages show them. */

export function formatRatio(ratio: number | undefined, endless: string): string {
  return ratio === undefined ? endless : String(Number(ratio.toPrecision(3)));
}

export function formatPercent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}
