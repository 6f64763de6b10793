/**
 * Netlink messages as bytes (linux/netlink.h). struct nlmsghdr: nlmsg_len 0, nlmsg_type 4, nlmsg_flags 6,
 * nlmsg_seq 8, nlmsg_pid 12. struct nlattr: nla_len 0, nla_type 2. Both are aligned to 4.
 */
import { cString, int32Bytes, read16, read32, write16, write32 } from './layout.ts';

export const messageHeaderBytes = 16;
const attributeHeaderBytes = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are not part of the type. */
const attributeTypeMask = 0x3fff;

export const netlinkFlag = {
  request: 0x1,
  acknowledge: 0x4,
  dump: 0x300,
  interrupted: 0x10,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
} as const;

export const netlinkControl = { error: 2, done: 3, overrun: 4 } as const;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: Uint8Array;
}

/** A message whose sequence number the socket fills in. */
export function buildMessage(
  type: number,
  flags: number,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  const body = concatenate(parts);
  const message = new Uint8Array(messageHeaderBytes + body.length);
  write32(message, 0, message.length);
  write16(message, 4, type);
  write16(message, 6, flags);
  message.set(body, messageHeaderBytes);
  return message;
}

export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = attributeHeaderBytes + value.length;
  const bytes = new Uint8Array(alignTo4(length));
  write16(bytes, 0, length);
  write16(bytes, 2, type);
  bytes.set(value, attributeHeaderBytes);
  return bytes;
}

export function numberAttribute(type: number, value: number): Uint8Array {
  return attribute(type, int32Bytes(value));
}

export function textAttribute(type: number, text: string): Uint8Array {
  return attribute(type, cString(text));
}

export function nestedAttribute(type: number, ...inner: readonly Uint8Array[]): Uint8Array {
  return attribute(type, concatenate(inner));
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The messages of one datagram; a length that can't be ends it. */
export function parseMessages(bytes: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + messageHeaderBytes <= bytes.length; ) {
    const length = read32(bytes, at);
    if (length < messageHeaderBytes || at + length > bytes.length) break;
    messages.push({
      type: read16(bytes, at + 4),
      flags: read16(bytes, at + 6),
      sequence: read32(bytes, at + 8),
      body: bytes.subarray(at + messageHeaderBytes, at + length),
    });
    at += alignTo4(length);
  }
  return messages;
}

/** By type; of several of one type the last. */
export function parseAttributes(bytes: Uint8Array, from: number): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  for (let at = from; at + attributeHeaderBytes <= bytes.length; ) {
    const length = read16(bytes, at);
    if (length < attributeHeaderBytes || at + length > bytes.length) break;
    const type = read16(bytes, at + 2) & attributeTypeMask;
    attributes.set(type, bytes.subarray(at + attributeHeaderBytes, at + length));
    at += alignTo4(length);
  }
  return attributes;
}

function alignTo4(length: number): number {
  return (length + 3) & ~3;
}
