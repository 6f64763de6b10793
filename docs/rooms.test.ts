import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';

const rooms = globSync('{src/*,testbed/*,testbed/labs/*,scenarios,topologies,reports}').filter(
  (path) => statSync(path).isDirectory(),
);
const pages = ['README.md', ...globSync('docs/*.md'), ...rooms.map((room) => `${room}/README.md`)];

test('every room says what it is, in forty lines at most', (t) => {
  t.true(rooms.length > 10);
  for (const room of rooms) {
    const page = join(room, 'README.md');
    if (!existsSync(page)) t.fail(`${page} is missing`);
    else t.true(readFileSync(page, 'utf8').trimEnd().split('\n').length <= 40, page);
  }
});

/** Relative links, and in backticks our sources and pages, that are not where they are said to be. */
function goneFrom(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
  const files = [...text.matchAll(/`([\w./-]+\.ts|docs\/[\w-]+\.md)`/g)].map((match) => match[1]!);
  return [...links, ...files.filter((file) => !file.startsWith('x.'))].filter(
    (name) => ![dirname(page), '.', 'testbed'].some((from) => existsSync(join(from, name))),
  );
}

test('files that the pages name are there', (t) => {
  for (const page of pages.filter((page) => existsSync(page))) {
    t.deepEqual(goneFrom(page, readFileSync(page, 'utf8')), [], page);
  }
});

test('a file that is gone is noticed', (t) => {
  t.deepEqual(goneFrom('README.md', 'Read `gone.ts` and [more](docs/gone.md).'), [
    'docs/gone.md',
    'gone.ts',
  ]);
});
