import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { LineSplitter } from './line-splitter.ts';

function linesOf(pieces: readonly string[], isEnded: boolean): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const piece of pieces) splitter.take(piece);
  if (isEnded) splitter.end();
  return lines;
}

test('a line is handed on when its end has come, wherever the pieces are cut', (t) => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\n') }));
  const splits = fc.property(pieces, (some) => {
    t.deepEqual(linesOf(some, false), some.join('').split('\n').slice(0, -1));
  });
  fc.assert(splits, propertyRuns(200));
});

test('what has no end is a line when the text is over, unless it is empty', (t) => {
  t.deepEqual(linesOf(['one\ntw', 'o'], true), ['one', 'two']);
  t.deepEqual(linesOf(['one\n'], true), ['one']);
});
