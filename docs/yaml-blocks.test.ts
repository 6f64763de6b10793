import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { prepareScenario } from '../testbed/campaign/prepare.ts';
import { starterScenario, starterTopology } from '../testbed/cli/starter.ts';
import { type PageBlock, readBlocks } from './page-blocks.ts';
import { mergeFragment } from './yaml-fragment.ts';

/** Files by path from the root: what `init lab` writes, and what the page says to write. */
type Files = Map<string, string>;

function startFiles(): Files {
  return new Map([
    ['lab/topologies/home.yaml', starterTopology],
    ['lab/scenarios/hello.yaml', starterScenario],
  ]);
}

function readFile(files: Files, path: string): string {
  return files.get(normalize(path)) ?? readFileSync(path, 'utf8');
}

/** Throws where a block of the page is not what Ropewalk takes; says how many there are. */
function checkPage(page: string): number {
  const files = startFiles();
  const blocks = readBlocks(page).filter(({ language }) => language === 'yaml');
  for (const block of blocks) {
    const path = fileOf(block);
    files.set(path, wholeFile(files, path, block));
    checkFile(files, path);
  }
  return blocks.length;
}

/** A fragment names its file behind the fence or in the text before it; a whole file may do without. */
function fileOf({ info, fileNamed, line }: PageBlock): string {
  const path = /^fragment of (\S+)$/.exec(info)?.[1] ?? fileNamed;
  if (path !== undefined) return path;
  if (info === '') return `line-${line}.yaml`;
  throw new Error(`line ${line}: a fragment of which file?`);
}

function wholeFile(files: Files, path: string, { info, text }: PageBlock): string {
  return info === '' ? text : mergeFragment(readFile(files, path), text);
}

/** A topology is checked by a scenario in which nothing happens. */
function checkFile(files: Files, path: string): void {
  const isScenario = 'scenario' in parse(readFile(files, path));
  if (!isScenario) files.set('around.yaml', `scenario: around\ntopology: ${path}\n`);
  prepareScenario(isScenario ? path : 'around.yaml', (wanted) => readFile(files, wanted));
}

for (const file of ['README.md', ...globSync('docs/*.md')].toSorted()) {
  test(`every block of YAML in ${file} passes its check`, (t) => {
    t.notThrows(() => checkPage(readFileSync(file, 'utf8')));
  });
}

test('the README, the tutorial, the measures and the commands have blocks to check', (t) => {
  for (const file of ['README.md', 'docs/tutorial.md', 'docs/measures.md', 'docs/commands.md']) {
    t.true(checkPage(readFileSync(join(file), 'utf8')) > 0, file);
  }
});

const fenced = (info: string, ...lines: string[]) =>
  ['```yaml'.concat(info), ...lines, '```', ''].join('\n');

test('a block that is no scenario, a fragment that does not fit and a stray fragment are found', (t) => {
  const broken = fenced('', 'scenario: broken', 'nodes: { a: { kind: hots } }');
  t.throws(() => checkPage(broken), { message: /hots/ });
  const misfit = fenced(
    ' fragment of lab/scenarios/hello.yaml',
    'measure: { gap: { what: gap, of: ping } }',
  );
  t.throws(() => checkPage(misfit), { message: /gap/ });
  const topology = fenced('', 'nodes: { a: { kind: host } }', 'links: { l: { between: [a, b] } }');
  t.throws(() => checkPage(topology), { message: /"b"/ });
  t.throws(() => checkPage(fenced(' fragment', 'a: 1')), { message: /of which file/ });
});
