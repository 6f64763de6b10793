import fc from 'fast-check';
import { type Endpoint, type Ip, parseIp } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv4, ipv6, payload, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { describeRelay, emitRelay, parseRelay, type RelayMessage, refusals } from './relay.ts';

const endpoint: fc.Arbitrary<Endpoint> = fc.record({
  address: fc.oneof<fc.Arbitrary<Ip>[]>(ipv4, ipv6),
  port: uint16,
});
const uint48 = fc.nat(0xffff_ffff_ffff);
const mac = fc.uint8Array({ minLength: 16, maxLength: 16 });
const publicKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
const macHex = '000102030405060708090a0b0c0d0e0f';
const keyHex = '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f';
const proofHex = '404142434445464748494a4b4c4d4e4f';
const ticket = 0x0a0b_0c0d_0e0f;

testFormat<RelayMessage>({
  parse: parseRelay,
  emit: emitRelay,
  describe: describeRelay,
  table: [
    {
      name: 'a registration',
      value: {
        kind: 'register',
        probe: false,
        client: 0x1122_3344_5566,
        token: 0x6677_8899_aabb,
        ticket: 0,
        timeUs: 1_000_000,
        rttUs: 30_000,
        mac: bytesOf(macHex),
        publicKey: bytesOf(keyHex),
        proof: bytesOf(proofHex),
      },
      hex: `10 00 112233445566 66778899aabb 000000000000 0000000f4240 0000 00007530 ${macHex} ${keyHex} ${proofHex}`,
    },
    {
      name: 'what it was seen as',
      value: {
        kind: 'registered',
        observed: { address: parseIp('198.51.100.7')!, port: 40_000 },
        timeUs: 1_000_000,
        ticket,
        mac: bytesOf(macHex),
      },
      hex: `11 04 9c40 c6336407 000000000000000000000000 0000000f4240 0a0b0c0d0e0f ${macHex}`,
    },
    {
      name: 'a payload for another, and please introduce us',
      value: {
        kind: 'send',
        introduce: true,
        ticket,
        to: 0x1122_3344_5566,
        payload: bytesOf('aabb'),
      },
      hex: '12 01 0a0b0c0d0e0f 112233445566 0000 aabb',
    },
    {
      name: 'an empty payload from another',
      value: { kind: 'deliver', ticket, from: 0x1122_3344_5566, payload: bytesOf('') },
      hex: '13 00 0a0b0c0d0e0f 112233445566 0000',
    },
    {
      name: 'where a peer is, over IPv6',
      value: {
        kind: 'introduce',
        endpoint: { address: parseIp('2001:db8::1')!, port: 5_000 },
        ticket,
        peer: 0x1122_3344_5566,
        leadUs: 15_000,
        wayUs: 40_000,
      },
      hex: '14 06 1388 20010db8000000000000000000000001 0a0b0c0d0e0f 112233445566 00003a98 00009c40',
    },
    {
      name: 'a refusal',
      value: { kind: 'refused', reason: 'over-quota', ticket, to: 1 },
      hex: '15 02 0a0b0c0d0e0f 000000000001 0000',
    },
  ],
  values: fc.oneof(
    fc.record({
      kind: fc.constant('register' as const),
      probe: fc.boolean(),
      client: uint48,
      token: uint48,
      ticket: uint48,
      timeUs: uint48,
      rttUs: uint32,
      mac,
      publicKey,
      proof: mac,
    }),
    fc.record({
      kind: fc.constant('registered' as const),
      observed: endpoint,
      timeUs: uint48,
      ticket: uint48,
      mac,
    }),
    fc.record({
      kind: fc.constant('send' as const),
      introduce: fc.boolean(),
      ticket: uint48,
      to: uint48,
      payload,
    }),
    fc.record({ kind: fc.constant('deliver' as const), ticket: uint48, from: uint48, payload }),
    fc.record({
      kind: fc.constant('introduce' as const),
      endpoint,
      ticket: uint48,
      peer: uint48,
      leadUs: uint32,
      wayUs: uint32,
    }),
    fc.record({
      kind: fc.constant('refused' as const),
      reason: fc.constantFrom(...refusals),
      ticket: uint48,
      to: uint48,
    }),
  ),
});
