import fc from 'fast-check';
import type { Mac } from '../base/mac.ts';
import { mac, uint16 } from './arbitraries.conformance.ts';
import { describeEthernet, emitEthernet, etherType, parseEthernet } from './ethernet.ts';
import { testFormat } from './format.conformance.ts';

testFormat({
  parse: parseEthernet,
  emit: emitEthernet,
  describe: describeEthernet,
  table: [
    {
      name: 'a broadcast that carries ARP',
      value: {
        destination: 0xffff_ffff_ffff as Mac,
        source: 0x0200_0000_0001 as Mac,
        type: etherType.arp,
      },
      hex: 'ffffffffffff 020000000001 0806',
    },
    {
      name: 'IPv6 to a multicast group',
      value: {
        destination: 0x3333_ff00_0002 as Mac,
        source: 0x0200_0000_0001 as Mac,
        type: etherType.ipv6,
      },
      hex: '3333ff000002 020000000001 86dd',
    },
    {
      name: 'a type nobody here speaks',
      value: { destination: 1 as Mac, source: 0xfedc_ba98_7654 as Mac, type: 0x8100 },
      hex: '000000000001 fedcba987654 8100',
    },
  ],
  values: fc.record({ destination: mac, source: mac, type: uint16 }),
});
