/** Packet sockets with rings (PACKET_MMAP), up to where the rings are mapped. */
import { writeU16 } from '../base/bytes.ts';
import { int32Bytes, write16, write32 } from './layout.ts';
import {
  attachFilter,
  bindSocketBytes,
  type FilterInstruction,
  openSocket,
  type SocketOption,
  setOption,
} from './socket.ts';
import { addressFamily } from './socket-address.ts';

/** SOL_PACKET and the options of linux/if_packet.h. */
const option = {
  receiveRing: [263, 5],
  version: [263, 10],
  sendRing: [263, 13],
  dropMalformed: [263, 14],
  virtioHeader: [263, 15],
  ignoreOutgoing: [263, 23],
} as const satisfies Readonly<Record<string, SocketOption>>;
const version2 = 1;
const allProtocols = 3;

/** What the kernel lays before a frame: header, address, alignment, virtio header. */
const headroomBytes = 128;
const pageBlockBytes = 65_536;

export interface PacketRingOptions {
  readonly interfaceIndex: number;
  /** The largest frame that fits; a longer one is cut. */
  readonly frameBytes: number;
  readonly receiveFrames: number;
  readonly sendFrames: number;
  /** Frames come and go with what the network card is to do to them, and may be segments. */
  readonly virtioHeader?: boolean;
  /** Only what this lets pass takes room in the ring. */
  readonly filter?: readonly FilterInstruction[];
  /** Frames that this machine sends there as well. */
  readonly withOutgoing?: boolean;
}

/** In the namespace of this thread. It hears nothing yet. */
export function openPacketSocket(): number {
  return openSocket(addressFamily.packet, 'raw');
}

/** How the rings came out, which the kernel wants in whole blocks. */
export interface RingSizes {
  readonly slotBytes: number;
  readonly receiveSlots: number;
  readonly sendSlots: number;
}

export function sizeRings(options: PacketRingOptions): RingSizes {
  const slotBytes = 2 ** bitsOf(options.frameBytes + headroomBytes);
  return {
    slotBytes,
    receiveSlots: countSlots(slotBytes, options.receiveFrames),
    sendSlots: countSlots(slotBytes, options.sendFrames),
  };
}

export function setUpRings(fd: number, options: PacketRingOptions): RingSizes {
  setOption(fd, option.version, version2);
  setOption(fd, option.dropMalformed, 1);
  if (options.virtioHeader) setOption(fd, option.virtioHeader, 1);
  if (!options.withOutgoing) setOption(fd, option.ignoreOutgoing, 1);
  if (options.filter) attachFilter(fd, options.filter);
  const sizes = sizeRings(options);
  setRing(fd, option.receiveRing, sizes.slotBytes, sizes.receiveSlots);
  setRing(fd, option.sendRing, sizes.slotBytes, sizes.sendSlots);
  return sizes;
}

function bitsOf(value: number): number {
  return 32 - Math.clz32(value - 1);
}

function blockOf(slotBytes: number): number {
  return Math.max(pageBlockBytes, slotBytes);
}

/** Whole blocks, which hold as many as are wanted or more. */
function countSlots(slotBytes: number, wanted: number): number {
  const blocks = Math.ceil((wanted * slotBytes) / blockOf(slotBytes));
  return (blocks * blockOf(slotBytes)) / slotBytes;
}

/** struct tpacket_req: block size and count, frame size and count. */
function setRing(fd: number, ring: SocketOption, slotBytes: number, slots: number): void {
  const blockBytes = blockOf(slotBytes);
  const blocks = (slots * slotBytes) / blockBytes;
  const request = new Uint8Array(16);
  for (const [index, value] of [blockBytes, blocks, slotBytes, slots].entries()) {
    request.set(int32Bytes(value), index * 4);
  }
  setOption(fd, ring, request);
}

/** struct sockaddr_ll. From here on frames arrive; before, with protocol 0, none did. */
export function startListening(fd: number, interfaceIndex: number): void {
  const name = new Uint8Array(20);
  write16(name, 0, addressFamily.packet);
  writeU16(name, 2, allProtocols);
  write32(name, 4, interfaceIndex);
  bindSocketBytes(fd, name, `packet socket to interface ${interfaceIndex}`);
}
