/** The frames of RFC 6455 5.2 that a talk of short texts needs. */
export interface Frame {
  readonly kind: 'text' | 'close';
  readonly text: string;
  /** In bytes, with its head. */
  readonly length: number;
}

const opcodes = { text: 1, close: 8 } as const;

/** Undefined: not whole yet. A client masks what it says (5.3). */
export function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const headLength = short === 126 ? 4 : 2;
  if (bytes.length < headLength + 4) return undefined;
  const textLength = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = headLength + 4 + textLength;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(headLength, headLength + 4);
  const masked = bytes.subarray(headLength + 4, length);
  const plain = Buffer.from(masked.map((byte, at) => byte ^ mask[at % 4]!));
  const kind = (bytes[0]! & 0x0f) === opcodes.close ? 'close' : 'text';
  return { kind, text: plain.toString(), length };
}

export function emitText(text: string): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.of(0x80 | opcodes.text, body.length)
      : Buffer.of(0x80 | opcodes.text, 126, body.length >> 8, body.length & 0xff);
  return Buffer.concat([head, body]);
}
