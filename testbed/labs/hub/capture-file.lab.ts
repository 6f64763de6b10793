import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { CaptureFile, pieceBytes } from './capture-file.ts';

function pathFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'capture file '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'a.pcapng');
}

/** Each four bytes their own number. */
function numbered(count: number, first: number): Uint8Array {
  const words = Uint32Array.from({ length: count }, (_, at) => first + at);
  return new Uint8Array(words.buffer);
}

test('what is written lies in the file in its order, more than there are pieces included', (t) => {
  const path = pathFor(t);
  const words = 20_000;
  const rounds = Math.ceil((20 * pieceBytes) / (4 * words));
  {
    using file = new CaptureFile(path, (reason) => t.fail(reason), 4);
    for (let round = 0; round < rounds; round++) {
      file.write(numbered(words, round * words));
      if (round % 7 === 0) file.flush();
    }
  }
  const there = readFileSync(path);
  t.is(there.length, rounds * words * 4);
  const read = new Uint32Array(there.buffer, there.byteOffset, rounds * words);
  t.is(
    read.findIndex((word, at) => word !== at),
    -1,
  );
});

test('drained, all of it is there, and nothing is left to write', (t) => {
  const path = pathFor(t);
  using file = new CaptureFile(path, (reason) => t.fail(reason));
  t.false(file.hasUnwritten);
  file.write(numbered(3, 0));
  t.true(file.hasUnwritten);
  file.drain();
  t.false(file.hasUnwritten);
  t.is(readFileSync(path).length, 12);
  file.write(numbered(2, 3));
  file.drain();
  t.deepEqual(new Uint8Array(readFileSync(path)), numbered(5, 0));
});

test('a file that takes nothing says so once, and takes the rest in silence', (t) => {
  const reasons: string[] = [];
  using file = new CaptureFile('/dev/full', (reason) => reasons.push(reason));
  for (let round = 0; round < 3; round++) {
    file.write(new Uint8Array(pieceBytes));
    file.flush();
  }
  t.is(reasons.length, 1);
  t.regex(reasons[0]!, /ENOSPC/);
});
