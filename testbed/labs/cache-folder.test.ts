import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { cacheFolder } from './cache-folder.ts';

test('the cache stands where the user keeps caches', (t) => {
  t.is(cacheFolder({ XDG_CACHE_HOME: '/var/caches' }), '/var/caches/ropewalk');
  t.is(cacheFolder({}), join(homedir(), '.cache/ropewalk'));
  t.is(cacheFolder({ XDG_CACHE_HOME: 'caches' }), join(homedir(), '.cache/ropewalk'));
});
