import fc from 'fast-check';
import { type Ip, parseIp } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv4, ipv6, uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { describeTunnel, emitTunnel, parseTunnel, type TunnelMessage, verdicts } from './tunnel.ts';

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
const uint48 = fc.nat(0xffff_ffff_ffff);
const nonceHex = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
const macHex = '000102030405060708090a0b0c0d0e0f';

testFormat<TunnelMessage>({
  parse: parseTunnel,
  emit: emitTunnel,
  describe: describeTunnel,
  table: [
    {
      name: 'a first word',
      value: { kind: 'hello', nonce: bytesOf(nonceHex) },
      hex: `52 01 0000 ${nonceHex}`,
    },
    {
      name: 'a welcome',
      value: {
        kind: 'welcome',
        session: 0x1122_3344_5566,
        nonce: bytesOf(nonceHex),
        mac: bytesOf(macHex),
      },
      hex: `52 02 0000 112233445566 ${nonceHex} ${macHex}`,
    },
    {
      name: 'a request over IPv4',
      value: {
        kind: 'request',
        session: 0x1122_3344_5566,
        counter: 7,
        destination: { address: parseIp('198.51.100.7')!, port: 443 },
        mac: bytesOf(macHex),
      },
      hex: `52 03 0000 112233445566 000000000007 04 00 01bb c6336407 000000000000000000000000 ${macHex}`,
    },
    {
      name: 'a request over IPv6',
      value: {
        kind: 'request',
        session: 1,
        counter: 0,
        destination: { address: parseIp('2001:db8::7')!, port: 80 },
        mac: bytesOf(macHex),
      },
      hex: `52 03 0000 000000000001 000000000000 06 00 0050 20010db8000000000000000000000007 ${macHex}`,
    },
    {
      name: 'a verdict',
      value: { kind: 'verdict', verdict: 'timed-out' },
      hex: '52 04 03 00',
    },
  ],
  values: fc.oneof(
    fc.record({ kind: fc.constant('hello' as const), nonce: sixteen }),
    fc.record({
      kind: fc.constant('welcome' as const),
      session: uint48,
      nonce: sixteen,
      mac: sixteen,
    }),
    fc.record({
      kind: fc.constant('request' as const),
      session: uint48,
      counter: uint48,
      destination: fc.record({ address: fc.oneof<fc.Arbitrary<Ip>[]>(ipv4, ipv6), port: uint16 }),
      mac: sixteen,
    }),
    fc.record({ kind: fc.constant('verdict' as const), verdict: fc.constantFrom(...verdicts) }),
  ),
});
