/** A verdict as a word with a sign: colour alone tells a part of the readers nothing. */
import type { Shown } from '../../schema/result.ts';
import { element, type Markup } from './element.ts';

const signs: Readonly<Record<Shown, string>> = {
  pass: '✓',
  fail: '✕',
  inconclusive: '≈',
  invalid: '!',
  unsupported: '–',
  warn: '▲',
  known: '●',
};

export function markVerdict(shown: Shown, text: string = shown): Markup {
  return element(
    'span',
    { class: `verdict ${shown}` },
    element('span', { 'aria-hidden': 'true' }, `${signs[shown]} `),
    text,
  );
}
