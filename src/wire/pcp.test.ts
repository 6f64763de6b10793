import fc from 'fast-check';
import { parseIp } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv4, ipv6, uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { describePcp, emitPcp, type PcpMessage, parsePcp, pcpResults } from './pcp.ts';

const nonce = bytesOf('00112233 44556677 8899aabb');
const none = new Uint8Array(0);
const map = { nonce, protocol: 17, internalPort: 5_000, options: none } as const;

const values: fc.Arbitrary<PcpMessage> = fc
  .record({
    lifetimeSeconds: uint32,
    nonce: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    protocol: uint8,
    internalPort: uint16,
    externalPort: uint16,
    externalAddress: fc.oneof(ipv4, ipv6),
    options: fc.constantFrom(none, bytesOf('03000004 7f000001')),
  })
  .chain((shared) =>
    fc.oneof<fc.Arbitrary<PcpMessage>[]>(
      fc.record({
        kind: fc.constant('map-request' as const),
        client: fc.oneof(ipv4, ipv6),
        ...constants(shared),
      }),
      fc.record({
        kind: fc.constant('map-response' as const),
        result: fc.constantFrom(...pcpResults),
        epochSeconds: uint32,
        ...constants(shared),
      }),
    ),
  );

function constants<T extends object>(shared: T) {
  return Object.fromEntries(
    Object.entries(shared).map(([key, value]) => [key, fc.constant(value)]),
  ) as { [Key in keyof T]: fc.Arbitrary<T[Key]> };
}

testFormat<PcpMessage>({
  parse: parsePcp,
  emit: emitPcp,
  describe: describePcp,
  // By hand from the figures of RFC 6887 7.1, 7.2, 11.1.
  table: [
    {
      name: 'a host asks for any port for two hours',
      value: {
        ...map,
        ...{ kind: 'map-request', lifetimeSeconds: 7_200, client: parseIp('192.168.0.7')! },
        ...{ externalPort: 0, externalAddress: parseIp('0.0.0.0')! },
      },
      hex: `02 01 0000 00001c20 00000000 00000000 0000ffff c0a80007
            00112233 44556677 8899aabb 11 000000 1388 0000 00000000 00000000 0000ffff 00000000`,
    },
    {
      name: 'the box gives it one',
      value: {
        ...map,
        ...{ kind: 'map-response', result: 'success', lifetimeSeconds: 120, epochSeconds: 258 },
        ...{ externalPort: 40_000, externalAddress: parseIp('198.51.100.1')! },
      },
      hex: `02 81 00 00 00000078 00000102 00000000 00000000 00000000
            00112233 44556677 8899aabb 11 000000 1388 9c40 00000000 00000000 0000ffff c6336401`,
    },
    {
      name: 'a host whose address is another one, with an option',
      value: {
        ...map,
        ...{ kind: 'map-response', result: 'address-mismatch', lifetimeSeconds: 30 },
        ...{ epochSeconds: 1, externalPort: 0, externalAddress: parseIp('2001:db8::1')! },
        options: bytesOf('02000000'),
      },
      hex: `02 81 00 0c 0000001e 00000001 00000000 00000000 00000000
            00112233 44556677 8899aabb 11 000000 1388 0000 20010db8 00000000 00000000 00000001
            02000000`,
    },
  ],
  values,
});
