import test from 'ava';
import fc from 'fast-check';
import { broadcastMac, formatMac, isGroupMac, type Mac, parseMac } from './mac.ts';
import { propertyRuns } from './property-runs.conformance.ts';

test('every address reads back from its text', (t) => {
  const addresses = fc.nat(0xffff_ffff_ffff).map((value) => value as Mac);
  fc.assert(
    fc.property(addresses, (mac) => t.is(parseMac(formatMac(mac)), mac)),
    propertyRuns(200),
  );
});

test('an address is written in lower case with its leading zeros', (t) => {
  t.is(formatMac(0x0200_0000_00ab as Mac), '02:00:00:00:00:ab');
  t.is(formatMac(1 as Mac), '00:00:00:00:00:01');
  t.is(parseMac('02:00:00:00:00:AB'), 0x0200_0000_00ab as Mac);
});

for (const text of [
  '',
  '02:00:00:00:00',
  '02:00:00:00:00:0g',
  '02-00-00-00-00-01',
  '2:0:0:0:0:1',
]) {
  test(`'${text}' is no Ethernet address`, (t) => {
    t.is(parseMac(text), undefined);
  });
}

test('the lowest bit of the first byte says group', (t) => {
  t.true(isGroupMac(broadcastMac));
  t.true(isGroupMac(parseMac('33:33:00:00:00:01')!));
  t.true(isGroupMac(parseMac('01:00:5e:00:00:fb')!));
  t.false(isGroupMac(parseMac('02:00:00:00:00:01')!));
  t.false(isGroupMac(parseMac('fe:ff:ff:ff:ff:ff')!));
});
