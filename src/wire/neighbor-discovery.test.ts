import test from 'ava';
import fc from 'fast-check';
import { type Ipv6, parseIpv6 } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { ipv6, mac, uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  describeNeighborDiscovery,
  emitNeighborDiscovery,
  measureNeighborDiscovery,
  type NeighborDiscovery,
  parseNeighborDiscovery,
} from './neighbor-discovery.ts';

const target = parseIpv6('fe80::2') as Ipv6;
const firstMac = 0x0200_0000_0001 as Mac;
const secondMac = 0x0200_0000_0002 as Mac;
const targetHex = 'fe800000 00000000 00000000 00000002';

const maybeMac = fc.option(mac, { nil: undefined });
const unicast = ipv6.filter((ip) => ip.charCodeAt(0) < 0xff00);
const messages: fc.Arbitrary<NeighborDiscovery> = fc.oneof(
  fc.record({ kind: fc.constant('router-solicitation' as const), sourceMac: maybeMac }),
  fc.record({
    kind: fc.constant('router-advertisement' as const),
    hopLimit: uint8,
    managedAddresses: fc.boolean(),
    otherConfiguration: fc.boolean(),
    routerLifetimeSeconds: uint16,
    reachableTimeMs: uint32,
    retransmitTimerMs: uint32,
    sourceMac: maybeMac,
  }),
  fc.record({
    kind: fc.constant('neighbor-solicitation' as const),
    target: unicast,
    sourceMac: maybeMac,
  }),
  fc.record({
    kind: fc.constant('neighbor-advertisement' as const),
    router: fc.boolean(),
    solicited: fc.boolean(),
    override: fc.boolean(),
    target: unicast,
    targetMac: maybeMac,
  }),
);

testFormat({
  parse: parseNeighborDiscovery,
  emit: emitNeighborDiscovery,
  describe: describeNeighborDiscovery,
  table: [
    {
      name: 'who has fe80::2',
      value: { kind: 'neighbor-solicitation', target, sourceMac: firstMac },
      hex: `87000000 00000000 ${targetHex} 01010200 00000001`,
    },
    {
      name: 'a probe for duplicates',
      value: { kind: 'neighbor-solicitation', target, sourceMac: undefined },
      hex: `87000000 00000000 ${targetHex}`,
    },
    {
      name: 'fe80::2 is at, asked for and to be believed',
      value: {
        kind: 'neighbor-advertisement',
        router: false,
        solicited: true,
        override: true,
        target,
        targetMac: secondMac,
      },
      hex: `88000000 60000000 ${targetHex} 02010200 00000002`,
    },
    {
      name: 'a router that was not asked and does not override',
      value: {
        kind: 'neighbor-advertisement',
        router: true,
        solicited: false,
        override: false,
        target,
        targetMac: undefined,
      },
      hex: `88000000 80000000 ${targetHex}`,
    },
    {
      name: 'where are routers',
      value: { kind: 'router-solicitation', sourceMac: firstMac },
      hex: '85000000 00000000 01010200 00000001',
    },
    {
      name: 'a router for half an hour',
      value: {
        kind: 'router-advertisement',
        hopLimit: 64,
        managedAddresses: true,
        otherConfiguration: false,
        routerLifetimeSeconds: 1_800,
        reachableTimeMs: 30_000,
        retransmitTimerMs: 1_000,
        sourceMac: secondMac,
      },
      hex: '86000000 40800708 00007530 000003e8 01010200 00000002',
    },
  ],
  values: messages,
});

test('a prefix option before the link-layer address is skipped', (t) => {
  const bytes = bytesOf(`86000000 40800708 00007530 000003e8
    030440c0 ffffffff ffffffff 00000000 20010db8 00000000 00000000 00000000 01010200 00000002`);
  t.like(parseNeighborDiscovery(bytes, 0, bytes.length), { sourceMac: secondMac });
});

test("an advertisement's source option is not the target's address", (t) => {
  const bytes = bytesOf(`88000000 60000000 ${targetHex} 01010200 00000002`);
  t.like(parseNeighborDiscovery(bytes, 0, bytes.length), { targetMac: undefined });
});

for (const [reason, hex] of [
  ['code 1', `87010000 00000000 ${targetHex}`],
  ['23 of 24 bytes', `87000000 00000000 ${targetHex.slice(0, -2)}`],
  ['target is a multicast address', `87000000 00000000 ff02${targetHex.slice(4)}`],
  ['option of length zero', `87000000 00000000 ${targetHex} 01000200 00000001`],
  ['option of length zero', `87000000 00000000 ${targetHex} 01`],
  ['option longer than the message', `87000000 00000000 ${targetHex} 01020200 00000001`],
] as const) {
  test(`RFC 4861 7.1.1 discards ${hex.length} digits with ${reason}`, (t) => {
    const bytes = bytesOf(hex);
    t.deepEqual(parseNeighborDiscovery(bytes, 0, bytes.length), { malformed: `ND: ${reason}` });
  });
}

test('a message is as long as was measured', (t) => {
  const room = new Uint8Array(200);
  const measured = fc.property(messages, (message) =>
    t.is(emitNeighborDiscovery(room, 0, message), measureNeighborDiscovery(message)),
  );
  fc.assert(measured, propertyRuns(100));
});
