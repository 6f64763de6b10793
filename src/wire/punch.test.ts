import fc from 'fast-check';
import { bytesOf } from '../base/bytes.ts';
import { payload, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { describePunch, emitPunch, type PunchPacket, parsePunch } from './punch.ts';

testFormat<PunchPacket>({
  parse: parsePunch,
  emit: emitPunch,
  describe: describePunch,
  table: [
    {
      name: 'an initiation',
      value: { kind: 'initiation', session: 0x0102_0304, noise: bytesOf('aabbcc') },
      hex: '20 000000 01020304 aabbcc',
    },
    {
      name: 'an answer',
      value: { kind: 'answer', session: 0x0102_0304, noise: bytesOf('') },
      hex: '21 000000 01020304',
    },
    {
      name: 'data with a counter above 32 bits',
      value: {
        kind: 'data',
        early: true,
        epoch: 258,
        session: 7,
        counter: 4_294_967_298,
        sealed: bytesOf('ee'),
      },
      hex: '22 01 0102 00000007 0000000100000002 ee',
    },
  ],
  values: fc.oneof(
    fc.record({
      kind: fc.constantFrom('initiation' as const, 'answer' as const),
      session: uint32,
      noise: payload,
    }),
    fc.record({
      kind: fc.constant('data' as const),
      early: fc.boolean(),
      epoch: uint16,
      session: uint32,
      counter: fc.nat(Number.MAX_SAFE_INTEGER),
      sealed: payload,
    }),
  ),
});
