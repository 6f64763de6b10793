import fc from 'fast-check';
import { uint8, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { ipProtocol } from './ip-protocol.ts';
import { describeIpv6Fragment, emitIpv6Fragment, parseIpv6Fragment } from './ipv6-fragment.ts';

testFormat({
  parse: parseIpv6Fragment,
  emit: emitIpv6Fragment,
  describe: describeIpv6Fragment,
  table: [
    {
      name: 'a fragment in the middle',
      value: {
        nextHeader: ipProtocol.udp,
        fragmentOffset: 1_448,
        moreFragments: true,
        identification: 0xdead_beef,
      },
      hex: '110005a9 deadbeef',
    },
    {
      name: 'the last fragment there can be',
      value: {
        nextHeader: ipProtocol.icmpv6,
        fragmentOffset: 65_528,
        moreFragments: false,
        identification: 1,
      },
      hex: '3a00fff8 00000001',
    },
  ],
  values: fc.record({
    nextHeader: uint8,
    fragmentOffset: fc.nat(0x1fff).map((units) => units * 8),
    moreFragments: fc.boolean(),
    identification: uint32,
  }),
});
