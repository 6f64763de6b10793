import test from 'ava';
import { findCaller } from './caller.ts';

const called = { SUDO_UID: '1000', SUDO_GID: '100' };

test('under sudo the caller is who called it', (t) => {
  t.deepEqual(findCaller(called, 0), { uid: 1_000, gid: 100 });
});

for (const [title, env, ownUid] of [
  ['root that nobody called is its own caller', {}, 0],
  ['root that called sudo is no one else', { SUDO_UID: '0', SUDO_GID: '0' }, 0],
  ['who is not root can give nothing away, whatever the environment says', called, 1_000],
  ['a system without users has no caller', called, undefined],
  ['a number that is none is nobody', { SUDO_UID: 'eve', SUDO_GID: '100' }, 0],
] as const) {
  test(title, (t) => {
    t.is(findCaller(env, ownUid), undefined);
  });
}
