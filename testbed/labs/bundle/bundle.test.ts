import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import test from 'ava';
import { bundleIn } from './bundle.ts';
import { productionPackagesOf } from './production-packages.ts';

/** A package with one dependency that has one, another that is for tests, and a script for Node. */
class Planted implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'ropewalk-bundle-'));
  readonly store = join(this.root, 'store');

  constructor() {
    this.plant('app/package.json', {
      ...{ name: 'app', version: '1.0.0', type: 'module' },
      ...{ dependencies: { near: '1' }, devDependencies: { tool: '1' } },
      optionalDependencies: { elsewhere: '1' },
    });
    this.plant('app/node_modules/near/package.json', {
      ...{ name: 'near', version: '1.2.3', main: 'near.js', dependencies: { far: '2' } },
    });
    this.plant('app/node_modules/near/near.js', 'module.exports = require("far") + 1;');
    const far = 'app/node_modules/near/node_modules/far';
    this.plant(`${far}/package.json`, { name: 'far', version: '2.0.0', main: 'far.js' });
    this.plant(`${far}/far.js`, 'module.exports = 41;');
    this.plant('app/node_modules/tool/package.json', { name: 'tool', version: '1.0.0' });
    this.plant('app/src/answer.ts', 'import near from "near"; console.log(near as number);');
    this.plant('app/src/answer.test.ts', 'throw new Error("a test");');
    this.plant('app/testbed/empty.ts', '');
  }

  plant(path: string, content: string | object): void {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  }

  bundle() {
    const root = join(this.root, 'app');
    return bundleIn(this.store, { sources: root, root, node: process.execPath });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

test('a program runs from a bundle alone, with what it depends on and nothing else', (t) => {
  using planted = new Planted();
  const { folder } = planted.bundle();
  rmSync(join(planted.root, 'app'), { recursive: true });
  const script = join(folder, 'app/src/answer.ts');
  t.is(execFileSync(join(folder, 'node'), [script], { encoding: 'utf8' }), '42\n');
  t.deepEqual(readdirSync(join(folder, 'app/node_modules')), ['near']);
  t.false(existsSync(join(folder, 'app/src/answer.test.ts')));
});

test('a bundle is named by what is in it', (t) => {
  using planted = new Planted();
  const first = planted.bundle();
  planted.plant('app/src/answer.test.ts', 'another test');
  t.deepEqual(planted.bundle(), first);
  planted.plant('app/src/answer.ts', 'console.log(7);');
  const second = planted.bundle();
  t.not(second.hash, first.hash);
  t.deepEqual(readdirSync(planted.store).toSorted(), [first.hash, second.hash].toSorted());
});

test('a draft whose maker was killed goes when the next bundle is made', (t) => {
  using planted = new Planted();
  const beyondAllPids = 2 ** 22 + 1;
  planted.plant(`store/0123.${beyondAllPids}/node`, 'half of it');
  const { hash } = planted.bundle();
  t.deepEqual(readdirSync(planted.store), [hash]);
});

test('our own packages of production are found, with those that they need', (t) => {
  const found = productionPackagesOf(join(import.meta.dirname, '../../..'));
  const places = found.map(({ place }) => place);
  t.true(places.includes('koffi') && places.includes('yaml'));
  t.true(places.includes('docker-modem'), 'dockerode needs it');
  t.false(places.includes('ava') || places.includes('node'));
});
