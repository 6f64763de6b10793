/** A ledger on disk: a line that says whose it is, then a line for each thing made or taken away. */
import { entryText, type LedgerEntry } from './ledger-entry.ts';

/** The lab whose run it is. */
export type LedgerKind = 'netns' | 'docker' | 'mininet';

export interface LedgerOwner {
  readonly kind: LedgerKind;
  readonly pid: number;
  readonly startTime: number;
}

export type LedgerLine = { readonly owner: LedgerOwner } | LedgerChange;
type LedgerChange = { readonly note: LedgerEntry } | { readonly strike: LedgerEntry };

export interface LedgerContent {
  /** Undefined: its writer did not come to that. */
  readonly owner: LedgerOwner | undefined;
  /** What was noted and not struck, in the order of noting. */
  readonly standing: readonly LedgerEntry[];
}

export function formatLedgerLines(lines: readonly LedgerLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** A line that was cut off stands for nothing: what it would have named was not made yet. */
export function readLedgerText(text: string): LedgerContent {
  const whole = text.split('\n').slice(0, -1);
  const standing = new Map<string, LedgerEntry>();
  let owner: LedgerOwner | undefined;
  for (const line of whole.map((one) => JSON.parse(one) as LedgerLine)) {
    if ('owner' in line) owner = line.owner;
    else if ('note' in line) standing.set(entryText(line.note), line.note);
    else standing.delete(entryText(line.strike));
  }
  return { owner, standing: [...standing.values()] };
}
