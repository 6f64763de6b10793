/**
 * Packets of one TCP connection that follow on each other, joined into one segment of up to 64 KiB, which
 * the kernel takes from a TUN device with a virtio header in one go. What leaves the kernel again is cut as
 * it was: only packets of one size are joined, and a shorter one, or one that pushes, is the last.
 */
import { readU16, readU32, writeU16 } from '../base/bytes.ts';
import { virtioHeaderBytes, writeVirtioHeader } from '../linux/tun.ts';
import { foldChecksum, pseudoHeaderSum } from '../wire/checksum.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { tcpFlag, tcpHeaderBytes, tcpOffset, verifyTcpChecksum } from '../wire/tcp.ts';
import { segmentType, writeIpv4Length } from './cut-segment.ts';

const mostBytes = 65_535;
const fragmentBits = 0x3fff;

export class SegmentJoiner {
  readonly #room = new Uint8Array(virtioHeaderBytes + mostBytes);
  /** What waits, behind the room for its virtio header. */
  readonly #packet = this.#room.subarray(virtioHeaderBytes);
  #lengthBytes = 0;
  #headerBytes = 0;
  #payloadBytes = 0;
  #count = 0;
  #isEnded = false;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** False: something else waits, which it does not continue, or it is none to be joined. */
  take(packet: Uint8Array): boolean {
    const headerBytes = joinableHeaderBytes(packet);
    if (headerBytes === 0) return false;
    if (this.#count === 0) this.#begin(packet, headerBytes);
    else if (this.#continues(packet, headerBytes)) this.#append(packet);
    else return false;
    return true;
  }

  /** With its virtio header, valid until the next `take`; nothing waits afterwards. */
  finish(): Uint8Array {
    const whole = this.#packet.subarray(0, this.#lengthBytes);
    if (this.#count > 1) this.#writeJoined(whole);
    else this.#room.fill(0, 0, virtioHeaderBytes);
    this.#count = 0;
    return this.#room.subarray(0, virtioHeaderBytes + whole.length);
  }

  #begin(packet: Uint8Array, headerBytes: number): void {
    this.#packet.set(packet);
    this.#lengthBytes = packet.length;
    this.#headerBytes = headerBytes;
    this.#payloadBytes = packet.length - headerBytes;
    this.#count = 1;
    this.#isEnded = isPush(packet);
  }

  #continues(packet: Uint8Array, headerBytes: number): boolean {
    const payloadBytes = packet.length - headerBytes;
    if (this.#isEnded || headerBytes !== this.#headerBytes) return false;
    if (payloadBytes > this.#payloadBytes) return false;
    if (this.#lengthBytes + payloadBytes > mostBytes) return false;
    return isSameFlow(this.#packet, packet, headerBytes) && this.#follows(packet);
  }

  #follows(packet: Uint8Array): boolean {
    const at = ipHeaderBytesOf(packet) + tcpOffset.sequence;
    const sent = this.#lengthBytes - this.#headerBytes;
    return (readU32(this.#packet, at) + sent) >>> 0 === readU32(packet, at);
  }

  #append(packet: Uint8Array): void {
    const payload = packet.subarray(this.#headerBytes);
    this.#packet.set(payload, this.#lengthBytes);
    this.#lengthBytes += payload.length;
    this.#count += 1;
    this.#isEnded = isPush(packet) || payload.length < this.#payloadBytes;
    if (!isPush(packet)) return;
    const at = ipHeaderBytesOf(packet) + tcpOffset.flags;
    this.#packet[at] = this.#packet[at]! | tcpFlag.psh;
  }

  #writeJoined(whole: Uint8Array): void {
    const tcpAt = ipHeaderBytesOf(whole);
    const isV4 = tcpAt === ipv4HeaderBytes;
    if (isV4) writeIpv4Length(whole, whole.length);
    else writeU16(whole, ipv6Offset.payloadLength, whole.length - ipv6HeaderBytes);
    const sum = pseudoHeaderSum(whole, 0, ipProtocol.tcp, whole.length - tcpAt);
    writeU16(whole, tcpAt + tcpOffset.checksum, ~foldChecksum(sum) & 0xffff);
    writeVirtioHeader(this.#room, 0, {
      needsChecksum: true,
      segmentType: isV4 ? segmentType.tcpV4 : segmentType.tcpV6,
      headerBytes: this.#headerBytes,
      segmentBytes: this.#payloadBytes,
      checksumStart: tcpAt,
      checksumOffset: tcpOffset.checksum,
    });
  }
}

function ipHeaderBytesOf(packet: Uint8Array): number {
  return packet[0]! >>> 4 === 4 ? ipv4HeaderBytes : ipv6HeaderBytes;
}

function isPush(packet: Uint8Array): boolean {
  return (packet[ipHeaderBytesOf(packet) + tcpOffset.flags]! & tcpFlag.psh) !== 0;
}

/** Of IP and TCP; 0 for all but plain data of TCP, whole and with the checksum that it should have. */
function joinableHeaderBytes(packet: Uint8Array): number {
  if (packet.length < ipv4HeaderBytes + tcpHeaderBytes || !isWholeTcp(packet)) return 0;
  const tcpAt = ipHeaderBytesOf(packet);
  const headerBytes = tcpAt + (packet[tcpAt + tcpOffset.dataOffset]! >>> 4) * 4;
  if (headerBytes < tcpAt + tcpHeaderBytes || packet.length <= headerBytes) return 0;
  const flags = packet[tcpAt + tcpOffset.flags]! & ~tcpFlag.psh;
  if (flags !== tcpFlag.ack) return 0;
  return verifyTcpChecksum(packet, 0, tcpAt, packet.length) ? headerBytes : 0;
}

function isWholeTcp(packet: Uint8Array): boolean {
  if (packet[0] === 0x45) {
    return (
      packet[ipv4Offset.protocol] === ipProtocol.tcp &&
      readU16(packet, ipv4Offset.totalLength) === packet.length &&
      (readU16(packet, ipv4Offset.fragment) & fragmentBits) === 0
    );
  }
  return (
    packet[0]! >>> 4 === 6 &&
    packet.length >= ipv6HeaderBytes + tcpHeaderBytes &&
    packet[ipv6Offset.nextHeader] === ipProtocol.tcp &&
    readU16(packet, ipv6Offset.payloadLength) + ipv6HeaderBytes === packet.length
  );
}

/** All but what differs from packet to packet: lengths, IDs, checksums, sequence numbers, PSH. */
function isSameFlow(one: Uint8Array, other: Uint8Array, headerBytes: number): boolean {
  const tcpAt = ipHeaderBytesOf(other);
  if (one[0] !== other[0]) return false;
  const isSameIp =
    tcpAt === ipv4HeaderBytes
      ? isSame(one, other, 1, 2) && isSame(one, other, 6, 10) && isSame(one, other, 12, tcpAt)
      : isSame(one, other, 1, 4) && isSame(one, other, 6, tcpAt);
  return (
    isSameIp &&
    isSame(one, other, tcpAt, tcpAt + tcpOffset.sequence) &&
    isSame(one, other, tcpAt + tcpOffset.acknowledgment, tcpAt + tcpOffset.flags) &&
    isSame(one, other, tcpAt + tcpOffset.window, tcpAt + tcpOffset.checksum) &&
    isSame(one, other, tcpAt + tcpOffset.urgentPointer, headerBytes)
  );
}

function isSame(one: Uint8Array, other: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (one[at] !== other[at]) return false;
  return true;
}
