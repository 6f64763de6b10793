#!/usr/bin/env node
// Plain JavaScript that an old Node can read, so that it can say what is wrong.
import { existsSync } from 'node:fs';

const major = Number(process.versions.node.split('.')[0]);
if (major < 26) {
  process.stderr.write(
    'ropewalk needs Node 26 or newer and this is Node ' +
      process.versions.node +
      ': start it with npx ropewalk, which finds the Node that was installed beside it.\n',
  );
  process.exitCode = 5;
} else {
  // Types are stripped once and not at every start, which is two thirds of the time until the first word.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const sources = new URL('./main.ts', import.meta.url);
  // Installed from the tarball, the same code stands in dist/ without its types.
  const packed = new URL('../../dist/testbed/cli/main.js', import.meta.url);
  await import((existsSync(sources) ? sources : packed).href);
}
