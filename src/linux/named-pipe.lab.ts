import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeDescriptor, openDescriptor, readDescriptor } from './descriptor.ts';
import { makeNamedPipe, setPipeRoom } from './named-pipe.ts';
import { labTest as test } from './testing-lab.ts';

test('what is written to a named pipe as to a file is read at its other end, and kept nowhere', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-pipe-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'pipe');
  makeNamedPipe(path);
  const fd = openDescriptor(path);
  t.teardown(() => closeDescriptor(fd));
  t.is(setPipeRoom(fd, 262_144), 262_144);
  // More than a pipe holds of its own accord: without the room, this would wait for a reader for ever.
  const written = new Uint8Array(200_000).fill(7);
  writeFileSync(path, written);
  const read = new Uint8Array(written.length);
  t.is(readDescriptor(fd, read), written.length);
  t.deepEqual(read, written);
  t.is(readDescriptor(fd, read), undefined);
});

test('a name that is taken is refused with the reason', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-pipe-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, 'mine');
  t.throws(() => makeNamedPipe(path), { message: /^mkfifo\(.*EEXIST/ });
  t.is(readFileSync(path, 'utf8'), 'mine');
});
