import test from 'ava';
import fc from 'fast-check';
import { type Endpoint, type Ip, parseIp } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv4, ipv6, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';
import {
  boxKinds,
  candidateSources,
  describePunchMessage,
  emitPunchMessage,
  type PunchMessage,
  parsePunchMessage,
} from './punch-message.ts';

const endpoint: fc.Arbitrary<Endpoint> = fc.record({
  address: fc.oneof<fc.Arbitrary<Ip>[]>(ipv4, ipv6),
  port: uint16,
});
const candidate = fc.record({ source: fc.constantFrom(...candidateSources), endpoint });

testFormat<PunchMessage>({
  parse: parsePunchMessage,
  emit: emitPunchMessage,
  describe: describePunchMessage,
  table: [
    {
      name: 'an IP packet',
      value: { kind: 'packet', packet: bytesOf('4500') },
      hex: '01 4500',
    },
    { name: 'a probe', value: { kind: 'probe', probe: 9 }, hex: '02 00 0000 00000009' },
    {
      name: 'the echo of a probe',
      value: {
        kind: 'echo',
        probe: 9,
        observed: { address: parseIp('198.51.100.7')!, port: 40_000 },
        received: 513,
      },
      hex: '03 04 9c40 c6336407 000000000000000000000000 00000009 0000000000000201',
    },
    {
      name: 'an offer of two candidates',
      value: {
        kind: 'offer',
        box: 'sequential',
        step: 1,
        lastPort: 1_025,
        search: true,
        candidates: [
          { source: 'host', endpoint: { address: parseIp('10.0.0.2')!, port: 7_000 } },
          { source: 'mapped', endpoint: { address: parseIp('2001:db8::1')!, port: 5_000 } },
        ],
      },
      hex: `04 03 0001 0401 02 01
            04 00 1b58 0a000002 000000000000000000000000
            06 02 1388 20010db8000000000000000000000001`,
    },
    { name: 'a fence', value: { kind: 'fence', epoch: 2 }, hex: '05 00 0002' },
  ],
  values: fc.oneof(
    fc.record({
      kind: fc.constant('packet' as const),
      packet: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
    fc.record({ kind: fc.constant('probe' as const), probe: uint32 }),
    fc.record({
      kind: fc.constant('echo' as const),
      probe: uint32,
      observed: endpoint,
      received: fc.nat(Number.MAX_SAFE_INTEGER),
    }),
    fc.record({
      kind: fc.constant('offer' as const),
      box: fc.constantFrom(...boxKinds),
      step: uint16,
      lastPort: uint16,
      search: fc.boolean(),
      candidates: fc.array(candidate, { maxLength: 16 }),
    }),
    fc.record({ kind: fc.constant('fence' as const), epoch: uint16 }),
  ),
});

test('an offer of more than 16 candidates is malformed', (t) => {
  const bytes = new Uint8Array(8 + 17 * 20);
  bytes.set([4, 2, 0, 0, 0, 0, 17]);
  for (let n = 0; n < 17; n++) bytes[8 + n * 20] = 4;
  t.true(isMalformed(parsePunchMessage(bytes, 0, bytes.length)));
});
