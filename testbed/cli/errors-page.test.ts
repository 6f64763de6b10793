import { globSync, readFileSync } from 'node:fs';
import test from 'ava';
import { documentedCodes, formatErrorsPage } from './errors-page.ts';

test('docs/errors.md is current', (t) => {
  t.is(readFileSync('docs/errors.md', 'utf8'), formatErrorsPage());
});

test('every code that an error of ours is made with is documented', (t) => {
  const forTests = /\.test\.ts$|\.conformance\.ts$|testing-|boxed-network|-network\.ts$/;
  const made = /(?:InputError|UnsupportedError|FaultError|PlanError)\([^;]*?\bcode: '([a-z-]+)'/g;
  const known = documentedCodes();
  const files = globSync('{src,testbed}/**/*.ts').filter((file) => !forTests.test(file));
  const codes = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(made)].map((match) => match[1]!),
  );
  t.true(codes.length > 15);
  t.deepEqual(
    codes.filter((code) => !known.has(code)),
    [],
  );
});
