import test from 'ava';
import { kernelDevice } from './process-namespace.ts';

for (const [said, meant] of [
  [4, 4],
  // new_encode_dev of major 0, minor 300: the minor's upper bits stand 12 further up.
  [0x10_002c, 300],
  [0x0803, 0x80_0003],
] as const) {
  test(`device ${said} of stat is ${meant} of the kernel`, (t) => t.is(kernelDevice(said), meant));
}
