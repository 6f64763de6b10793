import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseAllDocuments } from 'yaml';
import { prepareScenario } from '../../testbed/campaign/prepare.ts';
import { acceptsCommandLine } from '../../testbed/cli/command-line.ts';

const folder = import.meta.dirname;
const scenarios = globSync('{bring-your-own,contenders,foreign-judges}/*.yaml', {
  cwd: folder,
}).toSorted();
const files = globSync('*/*.{yml,yaml}', { cwd: folder })
  // Rules for links are neither.
  .filter((file) => !scenarios.includes(file) && !file.startsWith('links/'))
  .toSorted();

/** All texts of a YAML file, however deep; throws where it is none. */
function textsOf(file: string): string[] {
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'));
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') found.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  for (const document of documents) {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0];
    walk(document.toJS());
  }
  return found;
}

/** As CI and a shell would fill them in. */
function fillIn(line: string): string {
  return line.replaceAll(/\$\{\{ matrix\.shard \}\}|\$\(\(JOB_COMPLETION_INDEX \+ 1\)\)/g, '1');
}

function commandsIn(texts: readonly string[]): string[][] {
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes('npx ropewalk '))
    .map((line) =>
      fillIn(line)
        .replace(/^.*npx ropewalk /, '')
        .trim()
        .split(/\s+/),
    );
}

test('there are examples for GitHub and for Kubernetes, each with a README', (t) => {
  t.deepEqual(files, [
    'github-actions/labs.yml',
    'github-actions/ropewalk.yml',
    'kubernetes/indexed-job.yaml',
    'kubernetes/merge-job.yaml',
  ]);
  for (const name of [
    'bring-your-own',
    'contenders',
    'foreign-judges',
    'github-actions',
    'kubernetes',
    'kernel-backup',
    'upgrade-compared',
  ]) {
    t.true(readFileSync(join(folder, name, 'README.md'), 'utf8').length > 100);
  }
});

for (const file of files) {
  test(`each command in ${file} is one that ropewalk takes`, async (t) => {
    const commands = commandsIn(textsOf(file));
    t.true(commands.length > 0);
    for (const words of commands) {
      t.false(
        words.some((word) => word.includes('$')),
        words.join(' '),
      );
      t.is(await acceptsCommandLine(words), undefined, words.join(' '));
    }
  });
}

test('there are scenarios with programs of other people, which pass their check', (t) => {
  t.deepEqual(scenarios, [
    'bring-your-own/download.yaml',
    'bring-your-own/iperf3.yaml',
    'contenders/pairs.yaml',
    'foreign-judges/links.yaml',
    'foreign-judges/nat-box.yaml',
  ]);
  for (const file of scenarios) {
    t.notThrows(() => prepareScenario(join(folder, file), (path) => readFileSync(path)), file);
  }
});

test('a command that ropewalk does not take is told from one that it does', async (t) => {
  t.regex((await acceptsCommandLine(['run', 'a.yaml', '--shart', '1/4']))!, /unknown option/);
  t.regex((await acceptsCommandLine(['run', 'a.yaml', '--shard', '5/4']))!, /--shard/);
  t.regex((await acceptsCommandLine(['baseline', 'chekc']))!, /unknown command/);
  t.regex((await acceptsCommandLine(['merge']))!, /missing required argument/);
});
