/**
 * Plain data as bytes and back: what states are made of, self-describing, so that a field that is added
 * later needs nothing here. A value is a tag byte and its content; lengths are 32 bits.
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';

export type Plain =
  | undefined
  | boolean
  | number
  | string
  | Uint8Array
  | Float64Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };

const tag = {
  undefined: 0,
  false: 1,
  true: 2,
  /** Three bytes less one and a sign would do; four is simpler. */
  int32: 3,
  double: 4,
  string: 5,
  bytes: 6,
  doubles: 7,
  list: 8,
  record: 9,
} as const;

interface Writer {
  bytes: Uint8Array<ArrayBuffer>;
  at: number;
}

export function encodePlain(value: Plain): Uint8Array {
  const writer: Writer = { bytes: new Uint8Array(4_096), at: 0 };
  write(writer, value);
  return writer.bytes.slice(0, writer.at);
}

/** Throws a RangeError at bytes that `encodePlain` did not make. */
export function decodePlain(bytes: Uint8Array): Plain {
  return read({ bytes, at: 0 });
}

function write(writer: Writer, value: Plain): void {
  if (value === undefined) writeTag(writer, tag.undefined, 0);
  else if (typeof value === 'boolean') writeTag(writer, value ? tag.true : tag.false, 0);
  else if (typeof value === 'number') writeNumber(writer, value);
  else if (typeof value === 'string') writeText(writer, value);
  else if (value instanceof Uint8Array) writeBytes(writer, value);
  else if (value instanceof Float64Array) writeDoubles(writer, value);
  else if (Array.isArray(value)) writeList(writer, value);
  else writeRecord(writer, value as { readonly [key: string]: Plain });
}

/** Makes room for the tag and `count` bytes more, and writes the tag. */
function writeTag(writer: Writer, kind: number, count: number): void {
  const needed = writer.at + 1 + count;
  if (needed > writer.bytes.length) {
    const grown = new Uint8Array(Math.max(needed, writer.bytes.length * 2));
    grown.set(writer.bytes.subarray(0, writer.at));
    writer.bytes = grown;
  }
  writer.bytes[writer.at++] = kind;
}

function writeLength(writer: Writer, length: number): void {
  writeU32(writer.bytes, writer.at, length);
  writer.at += 4;
}

function writeNumber(writer: Writer, value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    writeTag(writer, tag.int32, 4);
    writeLength(writer, value);
    return;
  }
  writeTag(writer, tag.double, 8);
  new DataView(writer.bytes.buffer).setFloat64(writer.at, value);
  writer.at += 8;
}

function writeText(writer: Writer, text: string): void {
  writeTag(writer, tag.string, 4 + text.length * 2);
  writeLength(writer, text.length);
  for (let each = 0; each < text.length; each++, writer.at += 2) {
    writeU16(writer.bytes, writer.at, text.charCodeAt(each));
  }
}

function writeBytes(writer: Writer, bytes: Uint8Array): void {
  writeTag(writer, tag.bytes, 4 + bytes.length);
  writeLength(writer, bytes.length);
  writer.bytes.set(bytes, writer.at);
  writer.at += bytes.length;
}

function writeDoubles(writer: Writer, doubles: Float64Array): void {
  writeTag(writer, tag.doubles, 4 + doubles.length * 8);
  writeLength(writer, doubles.length);
  const view = new DataView(writer.bytes.buffer);
  for (const each of doubles) {
    view.setFloat64(writer.at, each);
    writer.at += 8;
  }
}

function writeList(writer: Writer, list: readonly Plain[]): void {
  writeTag(writer, tag.list, 4);
  writeLength(writer, list.length);
  for (const each of list) write(writer, each);
}

function writeRecord(writer: Writer, record: { readonly [key: string]: Plain }): void {
  const keys = Object.keys(record);
  writeTag(writer, tag.record, 4);
  writeLength(writer, keys.length);
  for (const key of keys) {
    writeText(writer, key);
    write(writer, record[key]);
  }
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function read(reader: Reader): Plain {
  const kind = reader.bytes[reader.at++];
  switch (kind) {
    case tag.undefined:
      return undefined;
    case tag.false:
      return false;
    case tag.true:
      return true;
    case tag.int32:
      return readLength(reader) | 0;
    case tag.double:
      return readDoubles(reader, 1)[0]!;
    case tag.string:
      return readText(reader);
    case tag.bytes:
      return take(reader, readLength(reader)).slice();
    case tag.doubles:
      return readDoubles(reader, readLength(reader));
    case tag.list:
      return Array.from({ length: readLength(reader) }, () => read(reader));
    case tag.record:
      return readRecord(reader);
    default:
      throw new RangeError(`plain data: tag ${kind} at ${reader.at - 1}`);
  }
}

function take(reader: Reader, count: number): Uint8Array {
  const end = reader.at + count;
  if (end > reader.bytes.length) throw new RangeError(`plain data: cut short at ${reader.at}`);
  const taken = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return taken;
}

function readLength(reader: Reader): number {
  return readU32(take(reader, 4), 0);
}

function readDoubles(reader: Reader, count: number): Float64Array {
  const taken = take(reader, count * 8);
  const view = new DataView(taken.buffer, taken.byteOffset, taken.length);
  return Float64Array.from({ length: count }, (_, index) => view.getFloat64(index * 8));
}

function readText(reader: Reader): string {
  const taken = take(reader, readLength(reader) * 2);
  let text = '';
  for (let at = 0; at < taken.length; at += 2) text += String.fromCharCode(readU16(taken, at));
  return text;
}

function readRecord(reader: Reader): Plain {
  const record: Record<string, Plain> = {};
  const count = readLength(reader);
  for (let each = 0; each < count; each++) {
    if (reader.bytes[reader.at++] !== tag.string)
      throw new RangeError('plain data: a key is no text');
    record[readText(reader)] = read(reader);
  }
  return record;
}
