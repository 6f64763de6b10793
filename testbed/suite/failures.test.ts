import test from 'ava';
import { type Failure, failureOf, failuresIn, formatFailures } from './failures.ts';

const log = `
  ✘ [fail]: 7.5 fewer calls
    ℹ 1.20 calls a message
  ✘ [fail]: 7.4 answers Rejected promise returned by test
  ✔ 7.1 the kernel
  ─

  7.5 fewer calls
  src/onload.lab.ts:5

   4: const a = 1;
   5: t.true(a < 0);

  Value is not \`true\`:

  false

  › file:///src/onload.lab.ts:5:61



  7.4 answers

  Rejected promise returned by test. Reason:

  Error: it never said answers
      at follow (file:///src/testing.ts:3:54)
      at Test.run (file:///node_modules/ava/lib/test.js:541:33)
      at process.processTicksAndRejections (node:internal/process/task_queues:104:5)

  ─

  2 tests failed
`;

test('each failed test has its title and why it failed, and no lines of the test or of ava', (t) => {
  t.deepEqual(failuresIn(log), [
    {
      title: '7.5 fewer calls',
      text: [
        '  src/onload.lab.ts:5',
        '  Value is not `true`:',
        '  false',
        '  › file:///src/onload.lab.ts:5:61',
      ],
    },
    {
      title: '7.4 answers',
      text: [
        '  Rejected promise returned by test. Reason:',
        '  Error: it never said answers',
        '      at follow (file:///src/testing.ts:3:54)',
      ],
    },
  ]);
});

test('runs that pass before and after a failure are none', (t) => {
  const passed = '\n  ✔ one\n  ─\n\n  1 test passed\n';
  t.deepEqual(failuresIn(`${passed}${passed}`), []);
  t.is(failuresIn(`${passed}${log}${passed}`).length, 2);
});

const others: readonly (readonly [title: string, said: string, first: Failure])[] = [
  [
    'an uncaught exception',
    '  Uncaught exception in a.ts\n\n  Error: boo\n\n  ✘ a.ts exited\n  ─\n\n  1 uncaught exception\n',
    { title: 'Uncaught exception in a.ts', text: ['  Error: boo'] },
  ],
  [
    'what was pending',
    '  2 tests were pending in a.ts\n\n  ◌ one\n  ◌ two\n\n  ─\n\n  2 tests remained pending after a timeout\n',
    { title: 'pending in a.ts', text: ['  ◌ one', '  ◌ two'] },
  ],
  [
    'a file that was not done in time',
    'a\n1 test failed: a.ts was not done within its time\n',
    { title: 'a.ts was not done within its time', text: [] },
  ],
];
for (const [title, said, first] of others) {
  test(`it finds ${title}`, (t) => t.deepEqual(failuresIn(said), [first]));
}

test('what names no test is told by its last lines', (t) => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  const { title, text } = failureOf('make: exit code 2', `${lines.join('\n')}\n\n`);
  t.is(title, 'make: exit code 2');
  t.is(text.at(-1), 'line 99');
  t.true(text.length < 40);
});

test('failures share the lines that there are, and those for which there are none are counted', (t) => {
  const text = Array.from({ length: 50 }, (_, index) => `${index}`);
  const failures = Array.from({ length: 4 }, (_, index) => ({ title: `test ${index}`, text }));
  const shared = formatFailures(failures, 12);
  t.is(shared.length, 12);
  t.deepEqual(shared.slice(0, 3), ['test 0', '  0', '    …']);
  t.deepEqual(formatFailures(failures, 3), ['test 0', 'test 1', 'test 2', 'and 1 more']);
  t.deepEqual(formatFailures([], 3), []);
});
