/** Takes the service's segments from its node, and gives them to the boards; the machine is in src/backup. */

import {
  createInterfaceBoard,
  type InterfaceBoardSink,
  type InterfaceBoardState,
  receiveBoardFrame,
  receivePeerPacket,
} from '../backup/interface-board.ts';
import { type Ip, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, readU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import type { FramePort, Host } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { emitEthernet, ethernetHeaderBytes, ethernetOffset, etherType } from '../wire/ethernet.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { type BackupPort, openBackupPort } from './backup-frames.ts';
import { type InterfaceBoardSettings, readInterfaceBoardSettings } from './backup-settings.ts';

export const startInterfaceBoard: StartProgram = (host, given) => {
  const board = new InterfaceBoard(host, readInterfaceBoardSettings(given));
  host.lifecycle.ready();
  return { stop: () => board.stop() };
};

/** Where a peer was heard: its router's address, or its own. */
interface Way {
  readonly port: FramePort;
  readonly mac: Mac;
}

/** Peers beyond that are forgotten, the longest silent first. */
const mostPeers = 65_536;

class InterfaceBoard {
  readonly #state: InterfaceBoardState;
  readonly #boards: readonly BackupPort[];
  readonly #outside: readonly FramePort[];
  readonly #ways = new Map<Ip, Way>();
  readonly #sink: InterfaceBoardSink;

  constructor(host: Host, { port, boards, isPlain }: InterfaceBoardSettings) {
    this.#state = createInterfaceBoard(isPlain);
    this.#sink = {
      toBoard: (board, frame) => this.#boards[board - 1]?.send(frame),
      toPeer: (packet) => this.#toPeer(packet),
      record: (kind, fields) => host.records.record(kind, fields),
    };
    this.#boards = boards.map((name, index) =>
      openBackupPort(host, name, (frame) =>
        receiveBoardFrame(this.#state, index + 1, frame, this.#sink),
      ),
    );
    const others = host.interfaces.list().filter(({ name }) => !boards.includes(name));
    this.#outside = others.map(({ name }) => this.#listen(host, name, port));
  }

  stop(): void {
    for (const port of [...this.#boards, ...this.#outside]) port.close();
  }

  #listen(host: Host, name: string, port: number): FramePort {
    const opened: FramePort = host.openFramePort(
      { interface: name, leases: [{ protocol: 'tcp', port }] },
      { received: (frame) => this.#heard(opened, frame) },
    );
    return opened;
  }

  #heard(port: FramePort, frame: Uint8Array): void {
    const packet = packetOf(frame);
    if (packet === undefined) return;
    const peer =
      packet[0]! >>> 4 === 4
        ? readIpv4(packet, ipv4Offset.source)
        : readIpv6(packet, ipv6Offset.source);
    const mac = readU48(frame, ethernetOffset.source) as Mac;
    this.#ways.delete(peer);
    this.#ways.set(peer, { port, mac });
    if (this.#ways.size > mostPeers) this.#ways.delete(this.#ways.keys().next().value!);
    receivePeerPacket(this.#state, packet, this.#sink);
  }

  /** The MAC is this board's own, whichever board speaks: no peer has to learn another one. */
  #toPeer(packet: Uint8Array): void {
    const isV4 = packet[0]! >>> 4 === 4;
    const peer = isV4
      ? readIpv4(packet, ipv4Offset.destination)
      : readIpv6(packet, ipv6Offset.destination);
    const way = this.#ways.get(peer);
    if (way === undefined) return;
    const frame = new Uint8Array(ethernetHeaderBytes + packet.length);
    const type = isV4 ? etherType.ipv4 : etherType.ipv6;
    emitEthernet(frame, 0, { destination: way.mac, source: way.port.mac, type });
    frame.set(packet, ethernetHeaderBytes);
    way.port.send(frame);
  }
}

/** Without what a short frame was padded with. */
function packetOf(frame: Uint8Array): Uint8Array | undefined {
  const at = ethernetHeaderBytes;
  const isV4 = readU16(frame, ethernetOffset.type) === etherType.ipv4;
  const length = isV4
    ? readU16(frame, at + ipv4Offset.totalLength)
    : ipv6HeaderBytes + readU16(frame, at + ipv6Offset.payloadLength);
  return at + length > frame.length ? undefined : frame.subarray(at, at + length);
}
