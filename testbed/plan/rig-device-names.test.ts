import test from 'ava';
import fc from 'fast-check';
import { deviceNamesOf } from './rig-device-names.ts';

test('a device is called as its link, brackets and all, where the name fits', (t) => {
  t.deepEqual(
    [...deviceNamesOf(['wifi', 'homes[100]', 'fifteen-letters'])],
    [
      ['wifi', 'wifi'],
      ['homes[100]', 'homes[100]'],
      ['fifteen-letters', 'fifteen-letters'],
    ],
  );
});

test('long names that begin alike get names of their own', (t) => {
  const names = deviceNamesOf(['uplink-to-carrier-one', 'uplink-to-carrier-two', 'uplink-to-ca~1']);
  t.deepEqual([...names.values()], ['uplink-to-car~1', 'uplink-to-car~2', 'uplink-to-ca~1']);
});

test('names that mean something to the kernel are left to it', (t) => {
  t.deepEqual(
    [...deviceNamesOf(['lo', 'all', 'default']).values()],
    ['lo~1', 'all~1', 'default~1'],
  );
});

test('whatever the links are called, the kernel takes each name and no two are the same', (t) => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 40 }), (links) => {
      const names = [...deviceNamesOf(links).values()];
      t.is(new Set(names).size, links.length);
      t.true(names.every((one) => one.length <= 15));
    }),
    { seed: 1, numRuns: 300 },
  );
});
