/** How a process ended. */
export type ProcessExit =
  | { readonly kind: 'exited'; readonly code: number }
  /** `why`: `its node had no more memory` */
  | { readonly kind: 'killed'; readonly signal: string; readonly why?: string }
  | { readonly kind: 'not-started'; readonly why: string };

/** As the end of a sentence, with what the process said last. */
export function describeExit(exit: ProcessExit, lastLines: readonly string[]): string {
  if (lastLines.length === 0) return describe(exit);
  return `${describe(exit)}; it said last:\n${lastLines.join('\n')}`;
}

function describe(exit: ProcessExit): string {
  switch (exit.kind) {
    case 'exited':
      return `exited with code ${exit.code}`;
    case 'killed':
      return `was ended by ${exit.signal}${exit.why === undefined ? '' : `: ${exit.why}`}`;
    case 'not-started':
      return `could not be started: ${exit.why}`;
  }
}
