import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { acceptsCommandLine, verbHelps } from './command-line.ts';
import { readScenarios } from './read-scenarios.ts';

const root = join(import.meta.dirname, '../..');

/** A line of examples ends where two spaces begin what it does. */
const examples = verbHelps().flatMap(({ verb, help }) =>
  [...help.matchAll(/^ {2}(?:sudo )?ropewalk (\S.*)$/gm)].map(([, line]) => ({
    verb,
    line: line!.split(/ {2,}/)[0]!,
  })),
);

/** `yours.yaml` and `runs/…` stand for what a reader has; these folders are ours. */
const ours = /^(?:scenarios|topologies|docs)\/[\w/.-]+$/;

test('files that examples in the help name are there', (t) => {
  t.true(examples.length > 40, String(examples.length));
  for (const { verb, line } of examples) {
    for (const word of line.split(' ').filter((one) => ours.test(one))) {
      t.true(existsSync(join(root, word)), `${verb}: ${line}`);
    }
  }
});

test('what examples choose of a scenario is in it', (t) => {
  let chosen = 0;
  for (const { line } of examples) {
    const words = line.split(' ');
    const file = words.find((one) => ours.test(one) && one.startsWith('scenarios/'));
    if (file === undefined) continue;
    const [loaded] = readScenarios([join(root, file)]);
    const { id, variant } = { id: loaded!.cases[0]!.id, variant: loaded!.variants[0]! };
    const { expectations, measures } = loaded!.resolve(id, variant);
    const known: Readonly<Record<string, readonly string[]>> = {
      '--case': loaded!.cases.map((one) => one.id),
      '--expect': expectations.map(({ name }) => name),
      '--worse': measures.map(({ name }) => name),
    };
    for (const [flag, names] of Object.entries(known)) {
      if (!words.includes(flag)) continue;
      chosen += 1;
      t.true(names.includes(words[words.indexOf(flag) + 1]!), line);
    }
  }
  t.is(chosen, 3);
});

test('examples in the help are command lines that we take', async (t) => {
  for (const { verb, line } of examples.filter((one) => !/[<>|&$]/.test(one.line))) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain!,
    );
    t.is(await acceptsCommandLine(words), undefined, `${verb}: ${line}`);
  }
});
