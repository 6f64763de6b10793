import test from 'ava';
import { bytesOf, hexOf } from '../base/bytes.ts';
import {
  emitPcapngOption,
  emitPcapngOptionEnd,
  measurePcapngOptions,
  type PcapngOption,
  paddedLength,
  parsePcapngOptions,
} from './pcapng-option.ts';

const options: readonly PcapngOption[] = [
  { code: 2, value: bytesOf('77696669 35') },
  { code: 9, value: bytesOf('09') },
];
const hex = '00020005 77696669 35000000 00090001 09000000 00000000';

test('the bytes mean the options', (t) => {
  const bytes = bytesOf(hex);
  t.deepEqual(
    parsePcapngOptions(bytes, 0, bytes.length),
    new Map(options.map(({ code, value }) => [code, value])),
  );
});

test('the options make the bytes, padding included, and no others', (t) => {
  const room = new Uint8Array(measurePcapngOptions(options) + 2).fill(0xa5);
  let at = 1;
  for (const option of options) at = emitPcapngOption(room, at, option);
  t.is(emitPcapngOptionEnd(room, at), room.length - 1);
  t.is(hexOf(room), `a5${hexOf(bytesOf(hex))}a5`);
});

test('a list may end with its block instead of an end mark', (t) => {
  t.is((parsePcapngOptions(bytesOf('00090001 09000000'), 0, 8) as Map<number, unknown>).size, 1);
});

test('of two options with one code the last counts', (t) => {
  const bytes = bytesOf('00090001 06000000 00090001 09000000');
  t.deepEqual(parsePcapngOptions(bytes, 0, 16), new Map([[9, bytesOf('09')]]));
});

test('a value that is cut off is malformed', (t) => {
  t.deepEqual(parsePcapngOptions(bytesOf('00020005 77696669'), 0, 8), {
    malformed: 'pcapng: option of 5 bytes is cut off',
  });
});

test('lengths are padded to a multiple of four', (t) => {
  t.deepEqual([0, 1, 4, 5].map(paddedLength), [0, 4, 4, 8]);
});
