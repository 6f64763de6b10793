import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { labTest as test } from '../../src/linux/testing-lab.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

for (const words of [['--list'], ['visitors', '--to', 'node', 'server.ts']]) {
  test(`upgrade ${words[0]} where no unit runs says how to start one, and is no fault`, async (t) => {
    const ran = await execa(
      process.execPath,
      [main, 'upgrade', '--name', 'nobody-has-this', ...words],
      { reject: false },
    );
    t.is(ran.exitCode, 5);
    t.is(
      ran.stderr,
      'no socket unit "nobody-has-this" runs in this network namespace [no-socket-unit]\n   start one: ropewalk upgrade --unit',
    );
  });
}
