import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { InputError } from '../../src/base/errors.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { fileName, openFolder, recordsPath, writeWhole } from './folder.ts';

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a file appears whole or not at all', (t) => {
  const folder = openFolder(join(temporary(t), 'failover'));
  writeWhole(folder, 'records/a/b/sample-1.ndjson', 'one\n');
  t.is(readFileSync(join(folder.path, 'records/a/b/sample-1.ndjson'), 'utf8'), 'one\n');
  t.deepEqual(readdirSync(join(folder.path, 'records/a/b')), ['sample-1.ndjson']);
});

test("a second run clears what the first wrote, and leaves a stranger's note alone", (t) => {
  const path = join(temporary(t), 'failover');
  writeWhole(openFolder(path), 'records/a/b/sample-9.ndjson', '');
  writeFileSync(join(path, 'note.txt'), 'mine');
  openFolder(path);
  t.false(existsSync(join(path, 'records')));
  t.is(readFileSync(join(path, 'note.txt'), 'utf8'), 'mine');
});

test('a folder that no run wrote is refused and left as it was', (t) => {
  const path = temporary(t);
  mkdirSync(join(path, 'records'));
  const error = t.throws(() => openFolder(path), { instanceOf: InputError });
  t.is(error.code, 'folder-not-ours');
  t.is(error.message, `${path} holds files that no run wrote`);
  t.deepEqual(readdirSync(path), ['records']);
});

test('a file where the folder should be is refused', (t) => {
  const path = join(temporary(t), 'taken');
  writeFileSync(path, '');
  t.is(t.throws(() => openFolder(path), { instanceOf: InputError }).code, 'folder-not-writable');
});

test('a folder that can not be made is refused at once', (t) => {
  const path = join(temporary(t), 'file');
  writeFileSync(path, '');
  const { code, hint } = t.throws(() => openFolder(join(path, 'deeper', 'still')), {
    instanceOf: InputError,
  });
  t.is(code, 'folder-not-writable');
  t.is(hint, 'name another folder with --out');
});

test('a slash in a case stays out of the path', (t) => {
  const slot = { caseId: 'links.lte.rate=50Mbit/s', variant: 'ours', sample: 4, seed: 1 };
  t.is(recordsPath(slot), 'records/links.lte.rate=50Mbit%2fs/ours/sample-4.ndjson');
});

test('any name is one file name, and two names are two', (t) => {
  const name = fc.oneof(
    fc.string({ minLength: 1, unit: 'binary' }),
    fc.constantFrom('.', '..', '%2e'),
  );
  fc.assert(
    fc.property(name, name, (one, other) => {
      const file = fileName(one.toWellFormed());
      t.regex(file, /^[A-Za-z0-9_=,+[\]%-][A-Za-z0-9._=,+[\]%-]{0,199}$/);
      t.is(file === fileName(other.toWellFormed()), one.toWellFormed() === other.toWellFormed());
    }),
    propertyRuns(300),
  );
});

test('a very long name is cut and still its own', (t) => {
  const one = `${'links.lte.delay=60ms,'.repeat(40)}a`;
  const other = `${'links.lte.delay=60ms,'.repeat(40)}b`;
  t.true(fileName(one).length <= 200);
  t.not(fileName(one), fileName(other));
});
