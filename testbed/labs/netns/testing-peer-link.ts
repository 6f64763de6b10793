/** What a capture says of the TCP connections that a peer has by a link, as that peer saw them. */
import { readU16, readU32 } from '../../../src/base/bytes.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../../src/wire/ethernet.ts';
import { ipProtocol } from '../../../src/wire/ip-protocol.ts';
import { ipv4Offset } from '../../../src/wire/ipv4.ts';
import { isMalformed } from '../../../src/wire/malformed.ts';
import { readPcapng } from '../../../src/wire/pcapng.ts';
import { tcpFlag, tcpOffset } from '../../../src/wire/tcp.ts';

export interface SeenConnection {
  readonly ports: string;
  /** SYNs of the peer, with numbers of their own: one that is sent again is the same. */
  readonly opens: Set<number>;
  /** SYN and ACK of the service: of one number, however often. */
  readonly answers: Set<number>;
  resets: number;
  /** Payload of the service came after its FIN had. */
  wentOnAfterEnd: boolean;
  hasEnded: boolean;
  payloadBytes: number;
}

/** `place`: of an interface in the file; `servicePort`: tells the service's side from the peer's. */
export function connectionsAt(
  place: string,
  servicePort: number,
  file: Uint8Array,
): SeenConnection[] {
  const blocks = readPcapng(file);
  if (isMalformed(blocks)) throw new TypeError(blocks.malformed);
  const names = blocks.flatMap((block) => (block.kind === 'interface' ? [block.name] : []));
  const seen = new Map<string, SeenConnection>();
  for (const block of blocks) {
    if (block.kind === 'packet' && names[block.interfaceIndex] === place) {
      look(seen, servicePort, block.bytes);
    }
  }
  return [...seen.values()];
}

function look(seen: Map<string, SeenConnection>, servicePort: number, frame: Uint8Array): void {
  const ip = ethernetHeaderBytes;
  if (readU16(frame, ethernetOffset.type) !== etherType.ipv4) return;
  if (frame[ip + ipv4Offset.protocol] !== ipProtocol.tcp) return;
  const at = ip + (frame[ip]! & 15) * 4;
  const source = readU16(frame, at + tcpOffset.sourcePort);
  const isOfService = source === servicePort;
  const ports = isOfService ? readU16(frame, at + tcpOffset.destinationPort) : source;
  const key = `${ports} ${servicePort}`;
  const connection = seen.get(key) ?? begun(key);
  seen.set(key, connection);
  note(connection, isOfService, frame, at, ip + readU16(frame, ip + ipv4Offset.totalLength));
}

function begun(ports: string): SeenConnection {
  const counts = { resets: 0, wentOnAfterEnd: false, hasEnded: false, payloadBytes: 0 };
  return { ports, opens: new Set(), answers: new Set(), ...counts };
}

function note(
  connection: SeenConnection,
  isOfService: boolean,
  frame: Uint8Array,
  at: number,
  end: number,
): void {
  const flags = frame[at + tcpOffset.flags]!;
  const sequence = readU32(frame, at + tcpOffset.sequence);
  const payloadBytes = end - at - (frame[at + tcpOffset.dataOffset]! >>> 4) * 4;
  if ((flags & tcpFlag.syn) !== 0) {
    (isOfService ? connection.answers : connection.opens).add(sequence);
  }
  if (!isOfService) return;
  if ((flags & tcpFlag.rst) !== 0) connection.resets++;
  if (payloadBytes > 0 && connection.hasEnded) connection.wentOnAfterEnd = true;
  if ((flags & tcpFlag.fin) !== 0) connection.hasEnded = true;
  connection.payloadBytes += payloadBytes;
}
