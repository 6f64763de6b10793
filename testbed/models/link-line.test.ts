import test from 'ava';
import fc from 'fast-check';
import type { Frame } from '../../src/base/frame.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { never } from '../../src/base/time.ts';
import {
  createLine,
  cutLine,
  type FrameLine,
  firstTimeNs,
  insertFrame,
  pushFrame,
  shiftFrame,
} from './link-line.ts';

interface Entry {
  readonly frame: Frame;
  readonly timeNs: number;
}

function frameOf(length: number): Frame {
  return { bytes: new Uint8Array(0), length };
}

/** What a line is, said with an array: behind those that are not later. */
function insertInto(entries: Entry[], entry: Entry): void {
  const later = entries.findIndex(({ timeNs }) => timeNs > entry.timeNs);
  entries.splice(later < 0 ? entries.length : later, 0, entry);
}

function agrees(line: FrameLine, entries: readonly Entry[]): boolean {
  const bytes = entries.reduce((sum, { frame }) => sum + frame.length, 0);
  const firstNs = entries[0]?.timeNs ?? never;
  return line.count === entries.length && line.bytes === bytes && firstTimeNs(line) === firstNs;
}

const lengths = fc.integer({ min: 1, max: 9 });
/** More pushes than takes, so that the line grows; few different times, so that many are the same. */
const acts = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'shift', 'pop'),
    timeNs: fc.integer({ min: 0, max: 20 }),
    length: lengths,
  }),
  { maxLength: 120 },
);

for (const sorted of [false, true]) {
  const title = sorted
    ? 'frames put in by their times leave by them, and those of one time in their order'
    : 'frames leave in the order in which they came, or from the end';
  test(title, (t) => {
    t.notThrows(() =>
      fc.assert(
        fc.property(acts, (steps) => {
          const line = createLine();
          const entries: Entry[] = [];
          for (const { kind, timeNs, length } of steps) {
            const entry = { frame: frameOf(length), timeNs };
            if (kind === 'add') {
              (sorted ? insertFrame : pushFrame)(line, entry.frame, timeNs);
              if (sorted) insertInto(entries, entry);
              else entries.push(entry);
            } else if (entries.length > 0) {
              const taken =
                kind === 'shift' ? shiftFrame(line) : cutLine(line, line.count - 1, never)[0]!;
              const expected = kind === 'shift' ? entries.shift()! : entries.pop()!;
              if (taken !== expected.frame) return false;
            }
            if (!agrees(line, entries)) return false;
          }
          return entries.every(({ frame }) => shiftFrame(line) === frame) && agrees(line, []);
        }),
        propertyRuns(500),
      ),
    );
  });
}
