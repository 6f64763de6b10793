import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindMount, detachMount, listMountPoints, shareMount } from './mount.ts';
import { SystemCallError } from './system-call.ts';
import { labTest as test } from './testing-lab.ts';

/** A folder with a blank in its name. */
function withFolder(action: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'mounts of a test '));
  try {
    action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a file bound to another is seen there until it is detached', (t) => {
  withFolder((folder) => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    writeFileSync(one, 'one');
    writeFileSync(other, 'other');
    bindMount(one, other);
    t.is(readFileSync(other, 'utf8'), 'one');
    t.true(listMountPoints().includes(other));
    t.true(detachMount(other));
    t.is(readFileSync(other, 'utf8'), 'other');
    t.false(listMountPoints().includes(other));
    t.false(detachMount(other));
    t.false(detachMount(join(folder, 'nothing')));
  });
});

test('only what is mounted can be shared, and a folder bound to itself is', (t) => {
  withFolder((folder) => {
    t.false(shareMount(folder));
    bindMount(folder, folder);
    t.true(shareMount(folder));
    t.true(detachMount(folder));
    t.true(existsSync(folder));
  });
});

test('what cannot be bound says both paths', (t) => {
  withFolder((folder) => {
    const bind = () => bindMount(join(folder, 'nothing'), folder);
    const error = t.throws(bind, { instanceOf: SystemCallError })!;
    t.true(error.message.startsWith(`mount(${folder}/nothing, ${folder}, MS_BIND) failed`));
  });
});
