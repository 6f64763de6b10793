import { execFileSync } from 'node:child_process';
import test from 'ava';
import { shellOn } from './node-shell.ts';

test('bash names the node before the prompt that it has anyway, once', (t) => {
  const { argv, env } = shellOn('phone[2]', '/bin/bash');
  t.deepEqual(argv, ['/bin/bash', '-i']);
  const show = `printf '%s,%s' "$PS1" "$PROMPT_COMMAND"`;
  const script = `PS1='ann\\$ '; eval "$PROMPT_COMMAND"; ${show}`;
  const said = execFileSync('bash', ['--norc', '-c', script], {
    encoding: 'utf8',
    env: { ...env },
  });
  t.is(said, '(phone[2]) ann\\$ ,');
});

test('another shell is handed a prompt with the node', (t) => {
  t.is(shellOn('phone', '/bin/dash').env['PS1'], '(phone) $ ');
});

test('what runs in it can tell where it is', (t) => {
  for (const shell of ['/bin/bash', '/bin/sh']) {
    t.is(shellOn('phone', shell).env['ROPEWALK_NODE'], 'phone');
  }
});
