/** `reports/claims.md` names files, tests and scenarios: they are there. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';

interface Claim {
  readonly sentence: string;
  readonly doneIn: string;
  readonly test: string;
  readonly testFile: string;
  readonly scenario: string;
}

function claimsIn(page: string): Claim[] {
  return page
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim().replaceAll(/^`|`$/g, ''));
      const [, sentence, doneIn, title, testFile, scenario] = cells;
      return {
        sentence: sentence!,
        doneIn: doneIn!,
        test: title!,
        testFile: testFile!,
        scenario: scenario!,
      };
    });
}

/** What a row names and is not there. */
function goneFrom({ sentence, doneIn, test: title, testFile, scenario }: Claim): string[] {
  const files = [doneIn, testFile, scenario].filter((path) => path !== '');
  const gone = files.filter((path) => !existsSync(path));
  const isThere = existsSync(testFile) && readFileSync(testFile, 'utf8').includes(title);
  return [...gone, ...(isThere ? [] : [title])].map((what) => `${sentence}: ${what}`);
}

const claims = claimsIn(readFileSync('reports/claims.md', 'utf8'));

test('each claim names a file that does it and a test that is there', (t) => {
  t.true(claims.length > 10);
  t.deepEqual(claims.flatMap(goneFrom), []);
});

for (const [system, count] of [
  ['1', 8],
  ['2', 7],
  ['3', 9],
  ['4', 7],
  ['6', 6],
  ['7', 7],
  ['8', 6],
] as const) {
  test(`every sentence of system ${system} has a row`, (t) => {
    const own = claims
      .map(({ sentence }) => sentence)
      .filter((one) => one.startsWith(`${system}.`));
    t.deepEqual(
      [...new Set(own)].toSorted(),
      Array.from({ length: count }, (_, n) => `${system}.${n}`),
    );
  });
}

test('a test that is gone is noticed', (t) => {
  const title = `no title ${claims.length}`;
  const row = `| 7.9 | \`src/gone.ts\` | \`${title}\` | \`docs/claims.test.ts\` | | |`;
  t.deepEqual(goneFrom(claimsIn(row)[0]!), ['7.9: src/gone.ts', `7.9: ${title}`]);
});
