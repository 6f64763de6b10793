import { globSync, readFileSync } from 'node:fs';
import test from 'ava';
import { findImpurities, findIo, findViolations, roomOf } from './layers.ts';

const isTest = (file: string) => /\.(test|lab|conformance|bench)\.ts$/.test(file);
const files = globSync('{src,testbed}/**/*.ts').filter((file) => !isTest(file));
const read = (file: string) => readFileSync(file, 'utf8');

test('every source file stands in a room', (t) => {
  t.deepEqual(
    files.filter((file) => roomOf(file) === undefined),
    ['testbed/layers.ts'],
  );
});

test('no room imports upwards', (t) => {
  t.deepEqual(
    files.flatMap((file) => findViolations(file, read(file))),
    [],
  );
});

test('machines, programs and pure steps import no I/O', (t) => {
  t.deepEqual(
    files.flatMap((file) => findIo(file, read(file))),
    [],
  );
});

test('a planted upward import is found', (t) => {
  const planted = "import type { Plan } from '../../testbed/plan/plan.ts';\n";
  t.deepEqual(findViolations('src/wire/udp.ts', planted), [
    { importer: 'src/wire/udp.ts', imported: 'testbed/plan/plan.ts' },
  ]);
  t.deepEqual(findViolations('testbed/plan/plan.ts', "import '../run/sample.ts';"), [
    { importer: 'testbed/plan/plan.ts', imported: 'testbed/run/sample.ts' },
  ]);
});

test('a lab that reaches into another lab is found', (t) => {
  const planted = "import { namespaceGround } from '../netns/namespace-ground.ts';";
  t.deepEqual(findViolations('testbed/labs/docker/docker-lab.ts', planted), [
    {
      importer: 'testbed/labs/docker/docker-lab.ts',
      imported: 'testbed/labs/netns/namespace-ground.ts',
    },
  ]);
});

test('a planted use of the file system is found', (t) => {
  const planted = "import { readFileSync } from 'node:fs';\n";
  t.deepEqual(findIo('src/programs/echo.ts', planted), [
    { importer: 'src/programs/echo.ts', imported: 'node:fs' },
  ]);
});

test('machines, programs and pure steps have no clock, chance, locale or state of their own', (t) => {
  t.deepEqual(
    files.flatMap((file) => findImpurities(file, read(file))),
    [],
  );
});

test('planted impurities are found', (t) => {
  const planted = [
    'let count = 0;',
    'const seen = new Map<string, number>();',
    'const t0 = Date.now();',
    'const gap = -Math.log(unit);',
    'setTimeout(send, 10);',
    '// Date.now() in a comment is only talk',
  ].join('\n');
  t.deepEqual(findImpurities('src/programs/echo.ts', planted), [
    'src/programs/echo.ts: setTimeout',
    'src/programs/echo.ts: Date.',
    'src/programs/echo.ts: Math.log',
    'src/programs/echo.ts: let count = 0;',
    'src/programs/echo.ts: const seen = new Map<string, number>()',
  ]);
});
