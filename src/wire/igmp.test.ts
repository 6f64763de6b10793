import fc from 'fast-check';
import { type Ipv4, parseIpv4 } from '../base/address.ts';
import { ipv4, uint8 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { groupChanges } from './group-record.ts';
import { describeIgmp, emitIgmp, type Igmp, parseIgmp } from './igmp.ts';

const at = (text: string): Ipv4 => parseIpv4(text)!;

const record = fc.record({
  change: fc.constantFrom(...groupChanges),
  group: ipv4,
  sources: fc.array(ipv4, { maxLength: 5 }),
});

testFormat<Igmp>({
  parse: parseIgmp,
  emit: emitIgmp,
  describe: describeIgmp,
  // What Linux 6.18 sent: a host with force_igmp_version 1, 2 and 3, and its bridge's querier.
  table: [
    {
      name: 'a host joins, version 3',
      value: {
        kind: 'report-v3',
        records: [{ change: 'to-exclude', group: at('239.1.1.3'), sources: [] }],
      },
      hex: '2200e9f90000000104000000ef010103',
    },
    {
      name: 'a host leaves, version 3',
      value: {
        kind: 'report-v3',
        records: [{ change: 'to-include', group: at('239.1.1.3'), sources: [] }],
      },
      hex: '2200eaf90000000103000000ef010103',
    },
    {
      name: 'a host asks for one source',
      value: {
        kind: 'report-v3',
        records: [{ change: 'allow', group: at('239.2.2.2'), sources: [at('10.77.0.100')] }],
      },
      hex: '2200dd470000000105000001ef0202020a4d0064',
    },
    {
      name: 'a host gives up its source',
      value: {
        kind: 'report-v3',
        records: [{ change: 'block', group: at('239.2.2.2'), sources: [at('10.77.0.100')] }],
      },
      hex: '2200dc470000000106000001ef0202020a4d0064',
    },
    {
      name: 'a host joins, version 2',
      value: { kind: 'report-v2', group: at('239.1.1.2') },
      hex: '1600f9fbef010102',
    },
    {
      name: 'a host leaves, version 2',
      value: { kind: 'leave', group: at('239.1.1.2') },
      hex: '1700f8fbef010102',
    },
    {
      name: 'a host joins, version 1',
      value: { kind: 'report-v1', group: at('239.1.1.1') },
      hex: '1200fdfcef010101',
    },
    {
      name: 'a bridge queries for all groups, version 3',
      value: {
        ...{ kind: 'query-v3', maxResponseCode: 100, group: at('0.0.0.0'), suppress: false },
        ...{ robustness: 2, queryIntervalCode: 125, sources: [] },
      },
      hex: '1164ec1e00000000027d0000',
    },
    // By hand from RFC 2236 2 and RFC 1112 appendix I.
    {
      name: 'a router queries for a group, version 2',
      value: { kind: 'query-v2', maxResponseTenths: 10, group: at('239.1.1.2') },
      hex: '110afef1ef010102',
    },
    { name: 'a router queries, version 1', value: { kind: 'query-v1' }, hex: '1100eeff00000000' },
  ],
  values: fc.oneof<fc.Arbitrary<Igmp>[]>(
    fc.constant({ kind: 'query-v1' }),
    fc.record({
      kind: fc.constant('query-v2'),
      maxResponseTenths: fc.integer({ min: 1, max: 255 }),
      group: ipv4,
    }),
    fc.record({
      kind: fc.constant('query-v3'),
      maxResponseCode: uint8,
      group: ipv4,
      suppress: fc.boolean(),
      robustness: fc.nat(7),
      queryIntervalCode: uint8,
      sources: fc.array(ipv4, { maxLength: 5 }),
    }),
    fc.record({ kind: fc.constantFrom('report-v1', 'report-v2', 'leave'), group: ipv4 }),
    fc.record({ kind: fc.constant('report-v3'), records: fc.array(record, { maxLength: 4 }) }),
  ),
});
