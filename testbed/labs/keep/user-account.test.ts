import test from 'ava';
import { environmentOf, findAccount, withoutNpx } from './user-account.ts';

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'ann:x:1000:1000:Ann,,,:/home/ann:/usr/bin/fish',
  'broken line',
  '',
].join('\n');

test('an account is found by its number, with home and shell', (t) => {
  t.deepEqual(findAccount(passwd, { uid: 1000, gid: 50 }), {
    ...{ uid: 1000, gid: 50, name: 'ann', home: '/home/ann', shell: '/usr/bin/fish' },
  });
  t.is(findAccount(passwd, { uid: 1001, gid: 50 }), undefined);
});

test("what runs as the caller has the caller's home, not root's", (t) => {
  const env = { HOME: '/root', USER: 'root', LANG: 'C' };
  const account = findAccount(passwd, { uid: 1000, gid: 1000 });
  t.like(environmentOf(account, env), { HOME: '/home/ann', USER: 'ann', LANG: 'C' });
  t.is(environmentOf(undefined, env), env);
});

test('what npx lays over the commands of the system is taken off again', (t) => {
  const PATH =
    '/home/ann/lab/node_modules/.bin:/node_modules/.bin:/x/node-gyp-bin:/opt/bin:/usr/bin';
  t.is(withoutNpx({ PATH, npm_command: 'exec' })['PATH'], '/opt/bin:/usr/bin');
  t.is(withoutNpx({ PATH })['PATH'], PATH, 'a path that the user chose stays');
});
