import test from 'ava';
import { measurePunch } from './punch.ts';

const established = (program: string, afterNs: number) => ({
  ...{ tNs: 0, node: 'n', kind: 'punch.established', program, afterNs },
});

test('the first of what a peer says counts, and nothing that another says', (t) => {
  const records = [established('bob', 1), established('alice', 2), established('alice', 3)];
  t.deepEqual(measurePunch({ records }, 'direct-after', 'alice'), {
    kind: 'value',
    value: 2,
    dimension: 'time',
  });
});

test('what never happened is missing, with its reason', (t) => {
  const records = [established('bob', 1)];
  t.deepEqual(measurePunch({ records }, 'direct-after', 'alice'), {
    kind: 'missing',
    reason: 'alice found no direct path',
  });
  t.like(measurePunch({ records }, 'switched-after', 'bob'), {
    reason: 'bob never stopped using the relay',
  });
  t.like(measurePunch({ records }, 'relay-first-byte', 'bob'), {
    reason: 'bob got nothing by a relay',
  });
});
