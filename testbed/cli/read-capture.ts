/**
 * Packets of a capture that somebody else wrote: pcap (microseconds or nanoseconds) or pcapng, of either
 * byte order. Only what a trace needs: when, how long, and the bytes that were kept.
 */
import { InputError } from '../../src/base/errors.ts';

export interface CapturedPacket {
  /** Since the first packet. */
  readonly tNs: number;
  /** On the wire, however many were kept. */
  readonly lengthBytes: number;
  /** 1: Ethernet; 101: bare IP; 113: Linux cooked. */
  readonly linkType: number;
  readonly bytes: Uint8Array;
  /** As pcapng names it; empty elsewhere. */
  readonly interfaceName: string;
  readonly isOutbound: boolean;
}

interface Stamped extends CapturedPacket {
  readonly epochNs: bigint;
}

export function readCapture(bytes: Uint8Array, name: string): CapturedPacket[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24) throw unreadable(name, 'it is too short for a capture');
  const packets =
    view.getUint32(0) === 0x0a0d0d0a ? readBlocks(view, name) : readRecords(view, name);
  let firstNs = packets[0]?.epochNs ?? 0n;
  for (const { epochNs } of packets) if (epochNs < firstNs) firstNs = epochNs;
  return packets.map(({ epochNs, ...packet }) => ({ ...packet, tNs: Number(epochNs - firstNs) }));
}

const magics: Readonly<Record<number, { readonly little: boolean; readonly unitNs: bigint }>> = {
  2712847316: { little: false, unitNs: 1_000n },
  3569595041: { little: true, unitNs: 1_000n },
  2712812621: { little: false, unitNs: 1n },
  1295823521: { little: true, unitNs: 1n },
};

const unnamed = { interfaceName: '', isOutbound: false } as const;

/** draft-ietf-opsawg-pcap 4 and 5: a head of 24 bytes, then a head of 16 before each packet. */
function readRecords(view: DataView, name: string): Stamped[] {
  const magic = magics[view.getUint32(0)];
  if (magic === undefined) throw unreadable(name, 'it is neither pcap nor pcapng');
  const { little, unitNs } = magic;
  const linkType = view.getUint32(20, little) & 0xffff;
  const packets: Stamped[] = [];
  for (let at = 24; at + 16 <= view.byteLength; ) {
    const [seconds, parts, kept, lengthBytes] = [0, 4, 8, 12].map((offset) =>
      view.getUint32(at + offset, little),
    ) as [number, number, number, number];
    if (at + 16 + kept > view.byteLength) break;
    const epochNs = BigInt(seconds) * 1_000_000_000n + BigInt(parts) * unitNs;
    packets.push({
      epochNs,
      tNs: 0,
      lengthBytes,
      linkType,
      bytes: partOf(view, at + 16, kept),
      ...unnamed,
    });
    at += 16 + kept;
  }
  return packets;
}

interface Interface {
  readonly linkType: number;
  readonly unitsPerSecond: bigint;
  readonly name: string;
}

/** draft-ietf-opsawg-pcapng 4.1 to 4.3; other blocks are passed over. */
function readBlocks(view: DataView, name: string): Stamped[] {
  const packets: Stamped[] = [];
  let interfaces: Interface[] = [];
  let little = false;
  for (let at = 0; at + 12 <= view.byteLength; ) {
    const isSection = view.getUint32(at) === 0x0a0d0d0a;
    if (isSection) {
      little = view.getUint32(at + 8) !== 0x1a2b3c4d;
      interfaces = [];
    }
    const length = view.getUint32(at + 4, little);
    if (length < 12 || at + length > view.byteLength) break;
    const type = view.getUint32(at, little);
    if (type === 1) interfaces.push(readInterface(view, at, length, little));
    if (type === 6) packets.push(readPacket(view, { at, length, little }, interfaces, name));
    at += length;
  }
  return packets;
}

const [nameOption, flagsOption, resolutionOption] = [2, 2, 9];

function readInterface(view: DataView, at: number, length: number, little: boolean): Interface {
  const options = readOptions(view, at + 16, at + length - 4, little);
  const said = options.get(resolutionOption)?.[0] ?? 6;
  return {
    linkType: view.getUint16(at + 8, little),
    unitsPerSecond: said & 0x80 ? 2n ** BigInt(said & 0x7f) : 10n ** BigInt(said),
    name: Buffer.from(options.get(nameOption) ?? []).toString(),
  };
}

interface Block {
  readonly at: number;
  readonly length: number;
  readonly little: boolean;
}

function readPacket(
  view: DataView,
  { at, length, little }: Block,
  interfaces: readonly Interface[],
  name: string,
): Stamped {
  const [index, high, low, kept, lengthBytes] = [8, 12, 16, 20, 24].map((offset) =>
    view.getUint32(at + offset, little),
  ) as [number, number, number, number, number];
  const found = interfaces[index];
  if (found === undefined || at + 28 + kept > at + length) {
    throw unreadable(name, `it has a packet of interface ${index}, which does not fit`);
  }
  const units = (BigInt(high) << 32n) + BigInt(low);
  const options = readOptions(view, at + 28 + Math.ceil(kept / 4) * 4, at + length - 4, little);
  const flags = options.get(flagsOption);
  const { linkType, unitsPerSecond, name: interfaceName } = found;
  return {
    epochNs: (units * 1_000_000_000n) / unitsPerSecond,
    tNs: 0,
    ...{ lengthBytes, linkType, interfaceName },
    bytes: partOf(view, at + 28, kept),
    // Two bits, of which 2 is outbound; they stand last in big-endian words.
    isOutbound: flags !== undefined && (flags[little ? 0 : 3]! & 3) === 2,
  };
}

function readOptions(
  view: DataView,
  from: number,
  end: number,
  little: boolean,
): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at = from; at + 4 <= end; ) {
    const [code, size] = [view.getUint16(at, little), view.getUint16(at + 2, little)];
    if (code === 0 || at + 4 + size > end) break;
    options.set(code, partOf(view, at + 4, size));
    at += 4 + Math.ceil(size / 4) * 4;
  }
  return options;
}

function partOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function unreadable(name: string, reason: string): InputError {
  return new InputError({
    code: 'unreadable-capture',
    message: `${name} can't be read: ${reason}`,
    hint: 'write one with tcpdump -w, or with ropewalk run --capture',
  });
}
