import test from 'ava';
import fc from 'fast-check';
import { type Ipv6, parseIpv6 as parseText } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv6, uint8, uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { ipProtocol } from './ip-protocol.ts';
import { describeIpv6, emitIpv6, type Ipv6Header, parseIpv6 } from './ipv6.ts';
import type { Malformed } from './malformed.ts';

const header: Ipv6Header = {
  trafficClass: 0x2e,
  flowLabel: 0xa_bcde,
  payloadLength: 8,
  nextHeader: ipProtocol.udp,
  hopLimit: 63,
  source: parseText('2001:db8::1') as Ipv6,
  destination: parseText('2001:db8:1::2') as Ipv6,
};
const headerHex = `62eabcde 0008113f 20010db8 00000000 00000000 00000001
  20010db8 00010000 00000000 00000002`;

/** A header stands alone here, so its payload is let be as long as it says. */
function parseAlone(bytes: Uint8Array, at: number, end: number): Ipv6Header | Malformed {
  const whole = new Uint8Array(at + 40 + 65_535);
  whole.set(bytes.subarray(0, end));
  return parseIpv6(whole, at, end - at < 40 ? end : whole.length);
}

testFormat({
  parse: parseAlone,
  emit: emitIpv6,
  describe: describeIpv6,
  table: [
    { name: 'UDP with a class and a flow', value: header, hex: headerHex },
    {
      name: 'all bits of class and flow',
      value: {
        trafficClass: 0xff,
        flowLabel: 0xf_ffff,
        payloadLength: 0,
        nextHeader: ipProtocol.none,
        hopLimit: 255,
        source: parseText('::') as Ipv6,
        destination: parseText('ff02::1:ff00:2') as Ipv6,
      },
      hex: `6fffffff 00003bff 00000000 00000000 00000000 00000000
        ff020000 00000000 00000001 ff000002`,
    },
  ],
  values: fc.record({
    trafficClass: uint8,
    flowLabel: fc.nat(0xf_ffff),
    payloadLength: uint16,
    nextHeader: uint8,
    hopLimit: uint8,
    source: ipv6,
    destination: ipv6,
  }),
});

test('a payload that is not all there is malformed', (t) => {
  const frame = new Uint8Array(100);
  frame.set(bytesOf(headerHex), 14);
  t.deepEqual(parseIpv6(frame, 14, 61), {
    malformed: 'IPv6: payload length 8, 7 bytes there',
  });
});

test('an IPv4 packet is no IPv6 packet', (t) => {
  const packet = bytesOf(headerHex.replace('62', '42'));
  t.deepEqual(parseIpv6(packet, 0, 40), { malformed: 'IPv6: version 4' });
});
