/** What every wire format keeps. A format's test gives its functions, a table and its values. */
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { isMalformed, type Malformed } from './malformed.ts';

export interface FormatUnderTest<T extends object> {
  parse(bytes: Uint8Array, at: number, end: number): T | Malformed;
  emit(bytes: Uint8Array, at: number, value: T): number;
  describe(value: T): string;
  /** The hex comes from an RFC, from another implementation, or from the drawing by hand. */
  readonly table: readonly Row<T>[];
  readonly values: fc.Arbitrary<T>;
}

export interface Row<T> {
  readonly name: string;
  readonly value: T;
  readonly hex: string;
}

/** An odd place in a buffer that is full of something: what emit leaves out or overruns shows. */
const offset = 5;
const filler = 0xa5;
const roomBytes = 2_048;

export function testFormat<T extends object>(format: FormatUnderTest<T>): void {
  testTable(format);
  testRoundTrips(format);
  testHostileBytes(format);
}

function testTable<T extends object>({ parse, emit, describe, table }: FormatUnderTest<T>): void {
  for (const { name, value, hex } of table) {
    const wire = bytesOf(hex);
    const whole = surround(wire);
    test(`${name}: the bytes mean the value`, (t) => {
      t.deepEqual(parse(whole, offset, offset + wire.length), value);
    });
    test(`${name}: the value makes the bytes, and no others`, (t) => {
      const room = surround(new Uint8Array(wire.length).fill(filler));
      t.is(emit(room, offset, value), offset + wire.length);
      t.is(hexOf(room), hexOf(whole));
    });
    test(`${name}: is told in one line`, (t) => {
      t.regex(describe(value), /^\S.*\S$/);
    });
  }
}

function testRoundTrips<T extends object>(format: FormatUnderTest<T>): void {
  const { emit, values } = format;
  test('what is emitted parses to the same value', (t) => {
    const roundTrips = fc.property(values, (value) => t.deepEqual(reparse(format, value), value));
    fc.assert(roundTrips, propertyRuns(200));
  });
  test('emit decides every byte it claims', (t) => {
    const decides = fc.property(values, (value) => {
      const [one, other] = [filler, 0].map((fill) => {
        const room = new Uint8Array(roomBytes).fill(fill);
        return hexOf(room.subarray(0, emit(room, 0, value)));
      });
      t.is(one, other);
    });
    fc.assert(decides, propertyRuns(50));
  });
}

function testHostileBytes<T extends object>(format: FormatUnderTest<T>): void {
  const { parse, table } = format;
  test('no bytes make the parser throw', (t) => {
    const bytes = fc.uint8Array({ maxLength: 120 });
    const survives = fc.property(bytes, fc.nat(8), (bytes, at) => {
      parse(bytes, at, bytes.length);
    });
    t.notThrows(() => fc.assert(survives, propertyRuns(500)));
  });
  test('a damaged packet is malformed, or a value that survives a round trip', (t) => {
    const row = fc.constantFrom(...table.map(({ hex }) => bytesOf(hex)));
    const damaged = fc.property(row, fc.nat(), fc.nat(255), fc.nat(9), (wire, at, byte, cut) => {
      const bytes = wire.slice(0, cut === 0 ? at % wire.length : wire.length);
      bytes[at % wire.length] = byte;
      const value = parse(bytes, 0, bytes.length);
      if (!isMalformed(value)) t.deepEqual(reparse(format, value), value);
    });
    t.notThrows(() => fc.assert(damaged, propertyRuns(500)));
  });
  test('a damaged packet reads the same wherever it stands', (t) => {
    const row = fc.constantFrom(...table.map(({ hex }) => bytesOf(hex)));
    const moved = fc.property(row, fc.nat(), fc.nat(255), fc.nat(), (wire, at, byte, cut) => {
      const bytes = wire.slice(0, wire.length - (cut % 4));
      bytes[at % bytes.length] = byte;
      const here = parse(bytes, 0, bytes.length);
      t.deepEqual(parse(surround(bytes), offset, offset + bytes.length), here);
    });
    fc.assert(moved, propertyRuns(500));
  });
  test('a packet of one byte is malformed', (t) => {
    t.true(isMalformed(parse(bytesOf(table[0]!.hex), 0, 1)));
  });
}

function surround(wire: Uint8Array): Uint8Array {
  const whole = new Uint8Array(wire.length + 2 * offset).fill(filler);
  whole.set(wire, offset);
  return whole;
}

function reparse<T extends object>(format: FormatUnderTest<T>, value: T): T | Malformed {
  const room = new Uint8Array(roomBytes).fill(filler);
  return format.parse(room, offset, format.emit(room, offset, value));
}
