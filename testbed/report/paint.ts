/** Colour for verdicts, where the reader's terminal takes it. */
import { styleText } from 'node:util';
import type { Shown } from '../schema/result.ts';

export interface Look {
  readonly colour: boolean;
  readonly columns: number;
}

type Style = Parameters<typeof styleText>[0];

const verdictStyle: Readonly<Record<Shown, Style>> = {
  pass: 'green',
  fail: ['red', 'bold'],
  inconclusive: 'yellow',
  invalid: ['magenta', 'bold'],
  unsupported: 'cyan',
  warn: 'yellow',
  known: 'blue',
};

export function paintVerdict(verdict: Shown, text: string, look: Look): string {
  return paint(verdictStyle[verdict], text, look);
}

export function paint(style: Style, text: string, look: Look): string {
  return look.colour ? styleText(style, text, { validateStream: false }) : text;
}
