import fc from 'fast-check';
import { bytesOf } from '../base/bytes.ts';
import { payload, uint32 } from './arbitraries.conformance.ts';
import {
  type BackupFrame,
  backupKinds,
  describeBackup,
  emitBackup,
  parseBackup,
} from './backup.ts';
import { testFormat } from './format.conformance.ts';

const byte = fc.nat(255);

testFormat<BackupFrame>({
  parse: parseBackup,
  emit: emitBackup,
  describe: describeBackup,
  table: [
    {
      name: 'a heartbeat of the second board in the third epoch',
      value: {
        version: 1,
        kind: 'heartbeat',
        isLast: false,
        isAsking: false,
        channel: 0,
        board: 2,
        epoch: 3,
        number: 0,
        acknowledged: 0x0102_0304,
        body: bytesOf(''),
      },
      hex: '01 01 00 02 00000003 00000000 01020304 0000',
    },
    {
      name: 'the only part of the first message, of the fifth channel',
      value: {
        version: 1,
        kind: 'part',
        isLast: true,
        isAsking: true,
        channel: 5,
        board: 1,
        epoch: 1,
        number: 0xffff_ffff,
        acknowledged: 7,
        body: bytesOf('aabbcc'),
      },
      hex: '01 02 c5 01 00000001 ffffffff 00000007 0003 aabbcc',
    },
    {
      name: 'a claim to the fourth epoch',
      value: {
        version: 1,
        kind: 'claim',
        isLast: false,
        isAsking: false,
        channel: 0,
        board: 2,
        epoch: 4,
        number: 0,
        acknowledged: 0,
        body: bytesOf(''),
      },
      hex: '01 05 00 02 00000004 00000000 00000000 0000',
    },
  ],
  values: fc.record({
    version: byte,
    kind: fc.constantFrom(...backupKinds),
    isLast: fc.boolean(),
    isAsking: fc.boolean(),
    channel: fc.nat(63),
    board: byte,
    epoch: uint32,
    number: uint32,
    acknowledged: uint32,
    body: payload,
  }),
});
