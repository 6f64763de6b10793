import fc from 'fast-check';
import { parseIpv4 } from '../base/address.ts';
import { ipv4, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { describeNatPmp, emitNatPmp, type NatPmpMessage, parseNatPmp } from './nat-pmp.ts';

const transport = fc.constantFrom('udp' as const, 'tcp' as const);
const ports = { internalPort: uint16, externalPort: uint16, lifetimeSeconds: uint32 };
const answered = { result: uint16, epochSeconds: uint32 };

testFormat<NatPmpMessage>({
  parse: parseNatPmp,
  emit: emitNatPmp,
  describe: describeNatPmp,
  // By hand from the figures of RFC 6886 3.2, 3.3, 3.5.
  table: [
    { name: 'a host asks for the address', value: { kind: 'address-request' }, hex: '00 00' },
    {
      name: 'the box tells it',
      value: {
        ...{ kind: 'address-response', result: 0, epochSeconds: 258 },
        address: parseIpv4('198.51.100.1')!,
      },
      hex: '00 80 0000 00000102 c6336401',
    },
    {
      name: 'a host asks for a UDP port',
      value: {
        ...{ kind: 'map-request', transport: 'udp', internalPort: 5_000, externalPort: 0 },
        lifetimeSeconds: 7_200,
      },
      hex: '00 01 0000 1388 0000 00001c20',
    },
    {
      name: 'the box gives it one',
      value: {
        ...{ kind: 'map-response', transport: 'tcp', result: 0, epochSeconds: 258 },
        ...{ internalPort: 5_000, externalPort: 40_000, lifetimeSeconds: 3_600 },
      },
      hex: '00 82 0000 00000102 1388 9c40 00000e10',
    },
    {
      name: 'the box knows no such version',
      value: { kind: 'refusal', opcode: 1, result: 1, epochSeconds: 3 },
      hex: '00 81 0001 00000003',
    },
  ],
  values: fc.oneof<fc.Arbitrary<NatPmpMessage>[]>(
    fc.constant({ kind: 'address-request' }),
    fc.record({ kind: fc.constant('address-response'), ...answered, address: ipv4 }),
    fc.record({ kind: fc.constant('map-request'), transport, ...ports }),
    fc.record({ kind: fc.constant('map-response'), transport, ...answered, ...ports }),
    fc.record({ kind: fc.constant('refusal'), opcode: fc.nat(127), ...answered }),
  ),
});
