import test from 'ava';
import { unwrapSequence, wrapSequence } from './sequence.ts';

for (const [wire, near, expected] of [
  [5, 3, 5],
  [0xffff_fff0, 10, -16],
  [4, 0xffff_ffff, 0x1_0000_0004],
  [0xffff_ffff, 0x1_0000_0004, 0xffff_ffff],
  [7, 0x5_0000_0000, 0x5_0000_0007],
  [0x8000_0000, 0, -0x8000_0000],
] as const) {
  test(`${wire} near ${near} stands for ${expected}`, (t) => {
    t.is(unwrapSequence(wire, near), expected);
    t.is(wrapSequence(expected), wire);
  });
}
