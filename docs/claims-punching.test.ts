/** `reports/claims-punching.md` names files, tests and scenarios: they are there. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';

/** sentence, done in, test, in, scenario. */
const rows = readFileSync('reports/claims-punching.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| 8\.\d /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll(/^`|`$/g, '')));

test('every sentence of system 8 has a row', (t) => {
  const sentences = new Set(rows.map(([, sentence]) => sentence));
  for (const sentence of ['8.0', '8.1', '8.2', '8.3', '8.4', '8.5'])
    t.true(sentences.has(sentence));
});

test('every row names files that are there, and a test of that title', (t) => {
  for (const [, sentence, doneIn, title, testFile, scenario] of rows) {
    for (const file of [doneIn!, testFile!, scenario!].filter((cell) => cell !== '')) {
      t.true(existsSync(file), `${sentence}: ${file}`);
    }
    t.true(readFileSync(testFile!, 'utf8').includes(title!), `${sentence}: ${title}`);
  }
});
