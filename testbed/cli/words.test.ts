import { execFileSync } from 'node:child_process';
import test from 'ava';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { usageError } from './failure.ts';

test('a shell reads a quoted command back as the words that it was made of', (t) => {
  const words = ['printf', '%s\\n', 'a b', "it's", '$HOME', 'x=1;y', 'links.lte.rate=50Mbit/s', ''];
  const read = execFileSync('sh', ['-c', quoteCommand(words)], { encoding: 'utf8' });
  t.deepEqual(read.split('\n').slice(0, -1), words.slice(2));
});

test('words that need no quotes get none', (t) => {
  const words = ['ropewalk', 'run', 'a/b.yaml', '--case', 'links.lte.delay=60ms', '--sample', '4'];
  t.is(quoteCommand(words), 'ropewalk run a/b.yaml --case links.lte.delay=60ms --sample 4');
});

const usages: readonly [string, string, string][] = [
  [
    "error: unknown command 'rnu'\n(Did you mean run?)",
    "unknown command 'rnu'",
    'did you mean run?',
  ],
  [
    "error: unknown option '--se'\n(Did you mean one of --seed, --sample?)",
    "unknown option '--se'",
    'did you mean --seed, --sample?',
  ],
  [
    "error: missing required argument 'files'",
    "missing required argument 'files'",
    'ropewalk --help lists the verbs',
  ],
];

test('a verb that is known points to its own help', (t) => {
  t.is(
    usageError("error: missing required argument 'files'", 'run').hint,
    'ropewalk run --help says what it takes',
  );
});

for (const [said, message, hint] of usages) {
  test(`usage: ${message}`, (t) => {
    const error = usageError(said);
    t.is(error.message, message);
    t.is(error.hint, hint);
  });
}
