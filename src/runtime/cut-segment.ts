/**
 * What the kernel hands to a TUN device with virtio headers, made into packets as they are on a wire: the
 * device is the card, which cuts segments and makes checksums (VIRTIO 1.2, 5.1.6.2).
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import type { VirtioHeader } from '../linux/tun.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { tcpChecksum, tcpFlag, tcpOffset } from '../wire/tcp.ts';
import { completeChecksum } from './complete-checksum.ts';

/** linux/virtio_net.h; the bit of ECN may stand beside it. */
export const segmentType = { none: 0, tcpV4: 1, tcpV6: 4, ecn: 0x80 } as const;

/** `packet` is valid during a call of `each`, and `room` holds it where it had to be cut. */
export function cutSegment(
  packet: Uint8Array,
  header: VirtioHeader,
  room: Uint8Array,
  each: (packet: Uint8Array) => void,
): void {
  if ((header.segmentType & ~segmentType.ecn) === segmentType.none) {
    if (header.needsChecksum) completeChecksum(packet, header);
    each(packet);
    return;
  }
  const tcpAt = header.checksumStart;
  const headerBytes = tcpAt + (packet[tcpAt + tcpOffset.dataOffset]! >>> 4) * 4;
  const payloadBytes = packet.length - headerBytes;
  room.set(packet.subarray(0, headerBytes));
  for (let from = 0; from < payloadBytes; from += header.segmentBytes) {
    const size = Math.min(header.segmentBytes, payloadBytes - from);
    const at = headerBytes + from;
    room.set(packet.subarray(at, at + size), headerBytes);
    const cut = room.subarray(0, headerBytes + size);
    writeHeaders(cut, packet, tcpAt, from, header.segmentBytes);
    each(cut);
  }
}

function writeHeaders(
  cut: Uint8Array,
  whole: Uint8Array,
  tcpAt: number,
  from: number,
  segmentBytes: number,
): void {
  writeIpHeader(cut, whole, from / segmentBytes);
  writeU32(
    cut,
    tcpAt + tcpOffset.sequence,
    (readU32(whole, tcpAt + tcpOffset.sequence) + from) >>> 0,
  );
  const isLast = from + cut.length === whole.length;
  const flags = whole[tcpAt + tcpOffset.flags]!;
  const kept = isLast ? flags : flags & ~(tcpFlag.fin | tcpFlag.psh);
  cut[tcpAt + tcpOffset.flags] = from === 0 ? kept : kept & ~tcpFlag.cwr;
  writeU16(cut, tcpAt + tcpOffset.checksum, 0);
  writeU16(cut, tcpAt + tcpOffset.checksum, tcpChecksum(cut, 0, tcpAt, cut.length));
}

function writeIpHeader(cut: Uint8Array, whole: Uint8Array, place: number): void {
  if (cut[0]! >>> 4 === 6) {
    writeU16(cut, ipv6Offset.payloadLength, cut.length - ipv6HeaderBytes);
    return;
  }
  writeU16(
    cut,
    ipv4Offset.identification,
    (readU16(whole, ipv4Offset.identification) + place) & 0xffff,
  );
  writeIpv4Length(cut, cut.length);
}

/** The header's own checksum with it. */
export function writeIpv4Length(packet: Uint8Array, lengthBytes: number): void {
  writeU16(packet, ipv4Offset.totalLength, lengthBytes);
  writeU16(packet, ipv4Offset.checksum, 0);
  const headerBytes = (packet[0]! & 15) * 4;
  writeU16(packet, ipv4Offset.checksum, foldChecksum(sumWords(packet, 0, headerBytes)));
}
