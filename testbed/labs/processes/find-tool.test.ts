import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findTool } from './find-tool.ts';

test('a command of an npm package is not taken for the tool of its name', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const packages = join(folder, 'node_modules/.bin');
  const system = join(folder, 'bin');
  for (const place of [packages, system]) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'some-tool-of-a-test'), '#!/bin/sh\n');
    chmodSync(join(place, 'some-tool-of-a-test'), 0o755);
  }
  const path = `${packages}:${system}`;
  t.is(findTool('some-tool-of-a-test', path), join(system, 'some-tool-of-a-test'));
  t.is(findTool('some-tool-of-a-test', packages), undefined);
});

test('a file that cannot be run is no tool', (t) => {
  t.is(findTool('passwd', '/etc'), findTool('passwd', ''));
});
