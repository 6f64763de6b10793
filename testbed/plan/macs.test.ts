import test from 'ava';
import { formatMac, isGroupMac } from '../../src/base/mac.ts';
import { assignMacs, freeMac } from './macs.ts';
import { link } from './testing-topology.ts';

test('an Ethernet address is locally administered, unicast, and depends on its own names only', (t) => {
  const few = assignMacs([link('x', ['a', 'b'])]);
  const many = assignMacs([link('y', ['b', 'c']), link('x', ['a', 'b'])]);
  for (const [key, mac] of few) {
    t.is(many.get(key), mac);
    t.regex(formatMac(mac), /^02:/);
    t.false(isGroupMac(mac));
  }
  t.is(new Set(many.values()).size, 4);
});

test('who comes later gives way to an address that is taken', (t) => {
  const first = freeMac('a', 'x', new Set());
  const second = freeMac('a', 'x', new Set([first]));
  t.not(first, second);
  t.is(freeMac('a', 'x', new Set([first])), second);
});
