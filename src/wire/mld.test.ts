import test from 'ava';
import fc from 'fast-check';
import { anyIpv6, type Ipv6, parseIpv6 } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv6, uint8, uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  decodeTime8,
  decodeTime16,
  encodeTime8,
  encodeTime16,
  groupChanges,
} from './group-record.ts';
import { icmpv6Checksum } from './icmpv6.ts';
import { describeMld, emitMld, type Mld, parseMld } from './mld.ts';

const at = (text: string): Ipv6 => parseIpv6(text)!;

const record = fc.record({
  change: fc.constantFrom(...groupChanges),
  group: ipv6,
  sources: fc.array(ipv6, { maxLength: 3 }),
});

// What Linux 6.18 sent, its checksums as zeros: a host with force_mld_version 1 and 2, its bridge's querier.
testFormat<Mld>({
  parse: parseMld,
  emit: emitMld,
  describe: describeMld,
  table: [
    {
      name: 'a host listens, version 2',
      value: {
        kind: 'report-v2',
        records: [{ change: 'to-exclude', group: at('ff15::72'), sources: [] }],
      },
      hex: '8f0000000000000104000000ff150000000000000000000000000072',
    },
    {
      name: 'a host stops, version 2',
      value: {
        kind: 'report-v2',
        records: [{ change: 'to-include', group: at('ff15::72'), sources: [] }],
      },
      hex: '8f0000000000000103000000ff150000000000000000000000000072',
    },
    {
      name: 'a host listens, version 1',
      value: { kind: 'report', group: at('ff15::71') },
      hex: '8300000000000000ff150000000000000000000000000071',
    },
    {
      name: 'a host stops, version 1',
      value: { kind: 'done', group: at('ff15::71') },
      hex: '8400000000000000ff150000000000000000000000000071',
    },
    {
      name: 'a bridge queries for all groups',
      value: {
        ...{ kind: 'query-v2', maxResponseCode: 10_000, group: anyIpv6, suppress: false },
        ...{ robustness: 2, queryIntervalCode: 125, sources: [] },
      },
      hex: '820000002710000000000000000000000000000000000000027d0000',
    },
    {
      name: 'a router queries, version 1',
      value: { kind: 'query-v1', maxResponseMs: 1_000, group: at('ff15::71') },
      hex: '8200000003e80000ff150000000000000000000000000071',
    },
  ],
  values: fc.oneof<fc.Arbitrary<Mld>[]>(
    fc.record({ kind: fc.constant('query-v1'), maxResponseMs: uint16, group: ipv6 }),
    fc.record({
      kind: fc.constant('query-v2'),
      maxResponseCode: uint16,
      group: ipv6,
      suppress: fc.boolean(),
      robustness: fc.nat(7),
      queryIntervalCode: uint8,
      sources: fc.array(ipv6, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constantFrom('report', 'done'), group: ipv6 }),
    fc.record({ kind: fc.constant('report-v2'), records: fc.array(record, { maxLength: 3 }) }),
  ),
});

test("the checksum of a Linux host's report is the one that it sent", (t) => {
  const packet = bytesOf(
    `6000000000240001fe80000000000000f447b1fffe752cb7ff020000000000000000000000000016
     3a00050200000100 8f009e110000000104000000ff150000000000000000000000000072`,
  );
  t.is(icmpv6Checksum(packet, 0, 48, packet.length), 0x9e11);
});

test('a response code above the linear range is a mantissa and an exponent', (t) => {
  const eight = [0, 127, 128, 0x8f, 0xff].map(decodeTime8);
  t.deepEqual(eight, [0, 127, 128, 248, 31_744], 'RFC 3376 4.1.1');
  const sixteen = [0, 32_767, 32_768, 0xffff].map(decodeTime16);
  t.deepEqual(sixteen, [0, 32_767, 32_768, 8_387_584], 'RFC 3810 5.1.3');
});

test('a time is coded as the largest one that is no longer', (t) => {
  for (const code of Array.from({ length: 256 }, (_, each) => each)) {
    t.is(encodeTime8(decodeTime8(code)), code);
  }
  for (const code of [0, 1, 10_000, 32_767, 32_768, 0x9fff, 0xffff]) {
    t.is(encodeTime16(decodeTime16(code)), code);
  }
  t.is(decodeTime8(encodeTime8(135)), 128);
});
