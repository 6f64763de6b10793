import test from 'ava';
import fc from 'fast-check';
import type { Ipv4 } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { ipv4, mac } from './arbitraries.conformance.ts';
import { type Arp, describeArp, emitArp, parseArp } from './arp.ts';
import { testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';

const request: Arp = {
  operation: 'request',
  senderMac: 0x0200_0000_0001 as Mac,
  senderIp: 0xc000_0201 as Ipv4,
  targetMac: 0 as Mac,
  targetIp: 0xc000_0202 as Ipv4,
};
const requestHex = '0001 0800 0604 0001 020000000001 c0000201 000000000000 c0000202';

testFormat({
  parse: parseArp,
  emit: emitArp,
  describe: describeArp,
  table: [
    { name: 'who has 192.0.2.2', value: request, hex: requestHex },
    {
      name: '192.0.2.2 is at',
      value: {
        operation: 'reply',
        senderMac: 0x0200_0000_0002 as Mac,
        senderIp: 0xc000_0202 as Ipv4,
        targetMac: 0x0200_0000_0001 as Mac,
        targetIp: 0xc000_0201 as Ipv4,
      },
      hex: '0001 0800 0604 0002 020000000002 c0000202 020000000001 c0000201',
    },
  ],
  values: fc.record({
    operation: fc.constantFrom('request', 'reply'),
    senderMac: mac,
    senderIp: ipv4,
    targetMac: mac,
    targetIp: ipv4,
  }),
});

for (const [name, hex] of [
  ['IEEE 802 hardware', requestHex.replace('0001', '0006')],
  ['a protocol other than IPv4', requestHex.replace('0800', '86dd')],
  ['a hardware address of 8 bytes', requestHex.replace('0604', '0804')],
  ['reverse ARP', requestHex.replace('0604 0001', '0604 0003')],
] as const) {
  test(`${name} is malformed`, (t) => {
    t.true(isMalformed(parseArp(bytesOf(hex), 0, 28)));
  });
}

test('a request names whom it wants and who asks', (t) => {
  t.is(describeArp(request), 'arp who has 192.0.2.2, tell 192.0.2.1');
});
