/** The headers of packets made here: no options, no extension headers. */
import { type Ip, type Ipv4, writeIp } from '../base/address.ts';
import { writeU16, writeU32 } from '../base/bytes.ts';
import type { Frame } from '../base/frame.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ipv4Fragment, ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { ipAt } from './link-header.ts';
import type { IpMachine } from './state.ts';

export interface OwnHeader {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly ttl: number;
  readonly dontFragment: boolean;
  /** RFC 3168 5; left out: 0, not capable of ECN. */
  readonly ecn?: number | undefined;
}

export function writeIpv4(machine: IpMachine, frame: Frame, header: OwnHeader): void {
  const { bytes } = frame;
  machine.nextIdentification = (machine.nextIdentification + 1) >>> 0;
  writeU16(bytes, ipAt, 0x4500 | (header.ecn ?? 0));
  writeU16(bytes, ipAt + ipv4Offset.totalLength, frame.length - ipAt);
  writeU16(bytes, ipAt + ipv4Offset.identification, machine.nextIdentification & 0xffff);
  writeU16(bytes, ipAt + ipv4Offset.fragment, header.dontFragment ? ipv4Fragment.dont : 0);
  bytes[ipAt + ipv4Offset.ttl] = header.ttl;
  bytes[ipAt + ipv4Offset.protocol] = header.protocol;
  writeU16(bytes, ipAt + ipv4Offset.checksum, 0);
  writeU32(bytes, ipAt + ipv4Offset.source, header.source as Ipv4);
  writeU32(bytes, ipAt + ipv4Offset.destination, header.destination as Ipv4);
  const checksum = foldChecksum(sumWords(bytes, ipAt, ipAt + ipv4HeaderBytes));
  writeU16(bytes, ipAt + ipv4Offset.checksum, checksum);
}

export function writeIpv6(frame: Frame, header: OwnHeader): void {
  const { bytes } = frame;
  writeU32(bytes, ipAt, 0x6000_0000 | ((header.ecn ?? 0) << 20));
  writeU16(bytes, ipAt + ipv6Offset.payloadLength, frame.length - ipAt - ipv6HeaderBytes);
  bytes[ipAt + ipv6Offset.nextHeader] = header.protocol;
  bytes[ipAt + ipv6Offset.hopLimit] = header.ttl;
  writeIp(bytes, ipAt + ipv6Offset.source, header.source);
  writeIp(bytes, ipAt + ipv6Offset.destination, header.destination);
}
