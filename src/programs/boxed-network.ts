/**
 * For tests of programs: a client behind middleboxes in a row, and a server on the public side, in
 * virtual time. Datagrams are real packets while they pass the boxes, and nothing else is real.
 *
 *   client ── box 0 ── box 1 ── … ── server
 *   level 0   0 | 1    1 | 2         the last level
 */
import { type Endpoint, type Ip, isUnspecified, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { FaultError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import { widthOf } from '../base/prefix.ts';
import { drawBelow, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import { createFakeTime, type FakeTime, scheduleAt } from '../host/fake-time.ts';
import type { DatagramEvents, DatagramOptions, DatagramSocket, Host } from '../host/host.ts';
import type { Middlebox } from '../ip/middlebox.ts';
import type { TraceRecord } from '../trace/record.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';
import { emitUdp, udpChecksum, udpHeaderBytes, udpOffset, verifyUdpChecksum } from '../wire/udp.ts';

export interface BoxInRow {
  readonly middlebox: Middlebox;
  /** Its address on the outer side. */
  readonly outside: Ip;
}

export interface BoxedNetwork {
  readonly time: FakeTime;
  readonly records: TraceRecord[];
  readonly client: Host;
  readonly server: Host;
  /** Called for each packet as it leaves its sender, counted from 1: whether it gets lost. */
  isLost: (n: number) => boolean;
}

interface State extends BoxedNetwork {
  readonly boxes: readonly BoxInRow[];
  readonly clientAddresses: readonly Ip[];
  readonly sockets: Set<OpenSocket>;
  sent: number;
}

interface OpenSocket {
  readonly local: Endpoint;
  readonly addresses: readonly Ip[];
  readonly events: DatagramEvents;
}

const insideInterface = 0;
const outsideInterface = 1;
const boxedDelayNs = 5 * nsPerMs;

export function createBoxedNetwork(
  boxes: readonly BoxInRow[],
  clientAddresses: readonly Ip[],
  serverAddresses: readonly Ip[],
): BoxedNetwork {
  const time = createFakeTime();
  const state: State = {
    ...{ time, records: [], boxes, clientAddresses, sockets: new Set(), sent: 0 },
    client: createHost('client', clientAddresses, () => state),
    server: createHost('server', serverAddresses, () => state),
    isLost: () => false,
  };
  return state;
}

function createHost(node: string, addresses: readonly Ip[], stateOf: () => State): Host {
  const random = seedRandom(1, node);
  const record: Host['records']['record'] = (kind, fields) =>
    void stateOf().records.push({ tNs: stateOf().time.nowNs, node, kind, ...fields });
  return {
    ...{ node, random },
    clock: {
      nowNs: () => stateOf().time.nowNs,
      after: (delayNs, callback) => {
        const { time } = stateOf();
        return scheduleAt(time, time.nowNs + delayNs, callback);
      },
    },
    records: { record },
    interfaces: {
      list: () => [
        {
          ...{ name: 'link', index: 1, mac: 2 as Mac, mtuBytes: 1_500, up: true },
          addresses: addresses.map((address) => ({ address, length: widthOf(address) })),
        },
      ],
      gatewayOf: () => undefined,
      onChange: () => ({ close: () => {} }),
    },
    lifecycle: {
      ready: () => record('program.ready', {}),
      finish: () => record('program.finished', {}),
      fail: (reason) => record('program.failed', { reason }),
    },
    openDatagramSocket: (options, events) =>
      openSocket(stateOf(), addresses, random, options, events),
    openStream: refuse,
    listenStream: refuse,
    openFramePort: refuse,
    openVirtualInterface: refuse,
  };
}

function refuse(): never {
  throw new FaultError({ code: 'not-faked', message: 'the boxed network has datagrams only' });
}

function openSocket(
  state: State,
  addresses: readonly Ip[],
  random: Host['random'],
  { family, address, port }: DatagramOptions,
  events: DatagramEvents,
): DatagramSocket {
  const bound = addresses.filter((own) => widthOf(own) === (family === 4 ? 32 : 128));
  const source = address === undefined || isUnspecified(address) ? bound[0]! : address;
  const local = { address: source, port: port || 49_152 + drawBelow(random, 16_384) };
  const socket = { local, addresses: source === address ? [source] : bound, events };
  state.sockets.add(socket);
  return {
    local,
    send: (payload, to) => {
      const packet = makePacket(local, to, payload);
      if (!state.isLost(++state.sent)) start(state, socket, packet);
      return 'sent';
    },
    close: () => void state.sockets.delete(socket),
  };
}

function start(state: State, socket: OpenSocket, packet: Uint8Array): void {
  const fromClient = state.clientAddresses.includes(socket.local.address);
  scheduleAt(state.time, state.time.nowNs + boxedDelayNs, () => {
    if (fromClient) climb(state, packet, 0);
    else descend(state, packet, state.boxes.length - 1);
  });
}

/** Outward, from the level of that number. */
function climb(state: State, packet: Uint8Array, level: number): void {
  const box = state.boxes[level];
  if (box === undefined) {
    deliver(state, packet);
    return;
  }
  const { beforeRouting, afterRouting } = box.middlebox;
  const { nowNs } = state.time;
  const end = packet.length;
  if (beforeRouting(nowNs, packet, 0, end, insideInterface) === 'drop') return;
  if (destinationOf(packet) === box.outside) return;
  const isTurned = levelOf(state, destinationOf(packet)) <= level;
  const leavesBy = isTurned ? insideInterface : outsideInterface;
  if (afterRouting(nowNs, packet, 0, end, insideInterface, leavesBy) === 'drop') return;
  if (isTurned) descend(state, packet, level - 1);
  else climb(state, packet, level + 1);
}

/** Inward, through the box of that number. */
function descend(state: State, packet: Uint8Array, at: number): void {
  const box = state.boxes[at];
  if (box === undefined) {
    deliver(state, packet);
    return;
  }
  const { beforeRouting, afterRouting } = box.middlebox;
  const { nowNs } = state.time;
  const end = packet.length;
  if (beforeRouting(nowNs, packet, 0, end, outsideInterface) === 'drop') return;
  if (levelOf(state, destinationOf(packet)) > at) return;
  if (afterRouting(nowNs, packet, 0, end, outsideInterface, insideInterface) === 'drop') return;
  descend(state, packet, at - 1);
}

function levelOf(state: State, address: Ip): number {
  if (state.clientAddresses.includes(address)) return 0;
  const box = state.boxes.findIndex(({ outside }) => outside === address);
  return box < 0 ? state.boxes.length : box + 1;
}

function deliver(state: State, packet: Uint8Array): void {
  const udpAt = headerBytesOf(packet);
  if (!verifyUdpChecksum(packet, 0, udpAt, packet.length)) throw new Error('wrong checksum');
  const [source, destination] = addressesOf(packet);
  const from = { address: source, port: readU16(packet, udpAt + udpOffset.sourcePort) };
  const to = { address: destination, port: readU16(packet, udpAt + udpOffset.destinationPort) };
  for (const { local, addresses, events } of state.sockets) {
    if (local.port !== to.port || !addresses.includes(to.address)) continue;
    const payload = packet.subarray(udpAt + udpHeaderBytes);
    events.received({ from, to, interface: 'link', ttl: 64, payload });
    return;
  }
}

function makePacket(from: Endpoint, to: Endpoint, payload: Uint8Array): Uint8Array {
  const udpAt = widthOf(from.address) === 32 ? ipv4HeaderBytes : ipv6HeaderBytes;
  const length = udpHeaderBytes + payload.length;
  const bytes = new Uint8Array(udpAt + length);
  emitIp(bytes, from.address, to.address, length);
  emitUdp(bytes, udpAt, {
    ...{ sourcePort: from.port, destinationPort: to.port, length, checksum: 0 },
  });
  bytes.set(payload, udpAt + udpHeaderBytes);
  writeU16(bytes, udpAt + udpOffset.checksum, udpChecksum(bytes, 0, udpAt, bytes.length));
  return bytes;
}

function emitIp(bytes: Uint8Array, source: Ip, destination: Ip, payloadLength: number): void {
  if (typeof source === 'string' && typeof destination === 'string') {
    const fixed = { trafficClass: 0, flowLabel: 0, nextHeader: ipProtocol.udp, hopLimit: 64 };
    emitIpv6(bytes, 0, { ...fixed, payloadLength, source, destination });
  } else if (typeof source === 'number' && typeof destination === 'number') {
    emitIpv4(bytes, 0, {
      ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength: bytes.length, identification: 1 },
      ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: 64 },
      ...{ protocol: ipProtocol.udp, source, destination, options: new Uint8Array(0) },
    });
  }
}

function headerBytesOf(packet: Uint8Array): number {
  return packet[0]! >>> 4 === 4 ? ipv4HeaderBytes : ipv6HeaderBytes;
}

function addressesOf(packet: Uint8Array): [Ip, Ip] {
  return headerBytesOf(packet) === ipv4HeaderBytes
    ? [readIpv4(packet, 12), readIpv4(packet, 16)]
    : [readIpv6(packet, 8), readIpv6(packet, 24)];
}

function destinationOf(packet: Uint8Array): Ip {
  return addressesOf(packet)[1];
}
