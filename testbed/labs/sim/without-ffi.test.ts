import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';

/** Fails every import of the FFI package, then loads the lab. */
const loadWithoutFfi = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'koffi') throw new Error('koffi was asked for');
      return next(specifier, context);
    },
  });
  const { createSimLab } = await import(process.argv[1]);
  console.log(createSimLab().name);
`;

test('sim loads where the FFI package cannot be resolved', async (t) => {
  const lab = join(import.meta.dirname, 'sim-lab.ts');
  const node = ['--input-type=module', '--eval', loadWithoutFfi, lab];
  t.is((await execa(process.execPath, node)).stdout, 'sim');
});

test('the hook that proves it does refuse the package', async (t) => {
  const node = ['--input-type=module', '--eval', loadWithoutFfi, 'koffi'];
  const refused = await execa(process.execPath, node, { reject: false });
  t.regex(refused.stderr, /koffi was asked for/);
});
