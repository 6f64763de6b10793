import test from 'ava';
import fc from 'fast-check';
import { bytesOf } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  describeTcpOption,
  emitTcpOptions,
  measureTcpOptions,
  parseTcpOptions,
  type TcpOption,
  tcpOptionKind,
} from './tcp-options.ts';

const known: readonly number[] = Object.values(tcpOptionKind).filter(
  (number) => number !== tcpOptionKind.mptcp,
);
const nop: TcpOption = { kind: 'no-operation' };

const option: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constantFrom(nop, { kind: 'sack-permitted' as const }),
  fc.record({ kind: fc.constant('maximum-segment-size' as const), mssBytes: uint16 }),
  fc.record({ kind: fc.constant('window-scale' as const), shift: uint8 }),
  fc.record({
    kind: fc.constant('sack' as const),
    blocks: fc.array(fc.record({ left: uint32, right: uint32 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('timestamps' as const), value: uint32, echo: uint32 }),
  fc.record({
    kind: fc.constant('other' as const),
    number: uint8.filter((number) => !known.includes(number)),
    body: fc.uint8Array({ maxLength: 38 }),
  }),
);

/** What a SYN offers, in the order Linux sends it. */
const syn: readonly TcpOption[] = [
  { kind: 'maximum-segment-size', mssBytes: 1_460 },
  { kind: 'sack-permitted' },
  { kind: 'timestamps', value: 0x0102_0304, echo: 0 },
  nop,
  { kind: 'window-scale', shift: 7 },
];
const oneHole: TcpOption = {
  kind: 'sack',
  blocks: [
    { left: 0x1000, right: 0x2000 },
    { left: 0x3000, right: 0x4000 },
  ],
};
const mpCapable: TcpOption = {
  kind: 'other',
  number: tcpOptionKind.mptcp,
  body: bytesOf('0181 0011223344556677'),
};

testFormat<readonly TcpOption[]>({
  parse: parseTcpOptions,
  emit: emitTcpOptions,
  describe: (options) => options.map(describeTcpOption).join(', '),
  table: [
    { name: 'a SYN', value: syn, hex: '020405b4 0402 080a0102030400000000 01 030307' },
    {
      name: 'timestamps as RFC 7323 appendix A lays them out',
      value: [nop, nop, { kind: 'timestamps', value: 5, echo: 6 }],
      hex: '0101080a 00000005 00000006',
    },
    {
      name: 'two blocks of SACK',
      value: [nop, nop, oneHole],
      hex: '01010512 00001000 00002000 00003000 00004000',
    },
    {
      name: 'an MP_CAPABLE, raw',
      value: [mpCapable],
      hex: '1e0c 0181 0011223344556677',
    },
  ],
  values: fc.array(option, { minLength: 1, maxLength: 4 }),
});

test('what follows the end of the list is not looked at', (t) => {
  const bytes = bytesOf('030307 00 08ff');
  t.deepEqual(parseTcpOptions(bytes, 0, 6), [{ kind: 'window-scale', shift: 7 }]);
});

for (const [name, hex] of [
  ['a length of zero', '0200'],
  ['a length of one', '0201 0000'],
  ['a length beyond the header', '020405'],
  ['no length at all', '0101 08'],
] as const) {
  test(`${name} is malformed`, (t) => {
    const bytes = bytesOf(hex);
    t.true('malformed' in parseTcpOptions(bytes, 0, bytes.length));
  });
}

for (const hex of ['0203 05', '0304 0700', '0403 00', '0506 00001000', '0804 0000']) {
  test(`a known kind of a wrong length is kept raw: ${hex}`, (t) => {
    const bytes = bytesOf(hex);
    const body = bytes.slice(2);
    t.deepEqual(parseTcpOptions(bytes, 0, bytes.length), [
      { kind: 'other', number: bytes[0], body },
    ]);
  });
}

test('options are as long as was measured', (t) => {
  const room = new Uint8Array(400);
  const measured = fc.property(fc.array(option, { maxLength: 6 }), (options) =>
    t.is(emitTcpOptions(room, 0, options), measureTcpOptions(options)),
  );
  fc.assert(measured, propertyRuns(100));
});
