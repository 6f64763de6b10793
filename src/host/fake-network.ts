/**
 * The smallest network on which a program can be tested: two hosts and a cable in memory, in virtual
 * time, where a function of the test decides what becomes of each datagram. It has datagram sockets,
 * timers, records and carrier; streams, frames and virtual interfaces the simulated lab has.
 */
import { type Endpoint, type Ip, isUnspecified, parseIp } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import { contains, parsePrefix } from '../base/prefix.ts';
import { drawBelow, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import type { TraceRecord } from '../trace/record.ts';
import { createFakeTime, type FakeTime, scheduleAt } from './fake-time.ts';
import type {
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  Host,
  InterfaceInfo,
  PathError,
  SendOptions,
  SendOutcome,
} from './host.ts';

/** A datagram on the cable; `payload` may be changed in place. */
interface FakeDatagram {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly payload: Uint8Array;
  readonly sentAtNs: number;
}

/** After which delays its copies arrive; none: it is lost. */
export type Carry = (datagram: FakeDatagram) => readonly number[];

export interface FakeNetwork {
  readonly time: FakeTime;
  readonly records: TraceRecord[];
  readonly left: FakeNode;
  readonly right: FakeNode;
  carry: Carry;
}

interface FakeNode {
  readonly name: string;
  readonly host: Host;
  readonly interfaces: InterfaceInfo[];
  readonly listeners: Set<(changed: InterfaceInfo) => void>;
  readonly sockets: Map<string, FakeSocket>;
}

interface FakeSocket {
  readonly local: Endpoint;
  readonly options: DatagramOptions;
  readonly events: DatagramEvents;
}

export const fakeDelayNs = nsPerMs;
const cableMtuBytes = 1_500;
const beyondMtuBytes = 1_400;
const largestPayloadBytes = 65_507;
const beyondNetworks = ['198.51.100.0/24', '2001:db8:2::/64'].map((text) => parsePrefix(text)!);

export function createFakeNetwork(carry: Carry = () => [fakeDelayNs]): FakeNetwork {
  const time = createFakeTime();
  const records: TraceRecord[] = [];
  const cable = (host: number) => [`192.0.2.${host}/24`, `2001:db8:1::${host}/64`];
  const network: FakeNetwork = {
    time,
    records,
    carry,
    left: createNode(
      'left',
      [describeInterface(1, 'cable', cableMtuBytes, cable(1))],
      () => network,
    ),
    right: createNode(
      'right',
      [
        describeInterface(1, 'cable', cableMtuBytes, cable(2)),
        describeInterface(2, 'narrow', beyondMtuBytes, ['198.51.100.2/24', '2001:db8:2::2/64']),
      ],
      () => network,
    ),
  };
  return network;
}

export function setFakeCarrier(network: FakeNetwork, up: boolean): void {
  for (const node of [network.left, network.right]) {
    const changed = { ...node.interfaces[0]!, up };
    node.interfaces[0] = changed;
    scheduleAt(network.time, network.time.nowNs, () => {
      for (const listener of node.listeners) listener(changed);
    });
  }
}

function describeInterface(
  index: number,
  name: string,
  mtuBytes: number,
  addresses: readonly string[],
): InterfaceInfo {
  const prefixes = addresses.map((text) => parsePrefix(text)!);
  return {
    name,
    index,
    mac: (0x02_0000_0000_00 + index) as Mac,
    mtuBytes,
    up: true,
    addresses: prefixes,
  };
}

function createNode(
  name: string,
  interfaces: InterfaceInfo[],
  networkOf: () => FakeNetwork,
): FakeNode {
  const node: FakeNode = {
    name,
    interfaces,
    listeners: new Set(),
    sockets: new Map(),
    host: {
      node: name,
      random: seedRandom(1, name),
      clock: {
        nowNs: () => networkOf().time.nowNs,
        after: (delayNs, callback) =>
          scheduleAt(networkOf().time, networkOf().time.nowNs + delayNs, callback),
      },
      records: {
        record: (kind, fields) =>
          networkOf().records.push({ tNs: networkOf().time.nowNs, node: name, kind, ...fields }),
      },
      interfaces: {
        list: () => interfaces,
        gatewayOf: () => undefined,
        onChange: (callback) => {
          node.listeners.add(callback);
          return { close: () => void node.listeners.delete(callback) };
        },
      },
      lifecycle: {
        ready: () => node.host.records.record('program.ready', { id: name }),
        finish: () => node.host.records.record('program.finished', { id: name }),
        fail: (reason) => node.host.records.record('program.failed', { id: name, reason }),
      },
      openDatagramSocket: (options, events) => openSocket(networkOf(), node, options, events),
      openStream: () => refuse('streams'),
      listenStream: () => refuse('streams'),
      openFramePort: () => refuse('frame ports'),
      openVirtualInterface: () => refuse('virtual interfaces'),
    },
  };
  return node;
}

function refuse(what: string): never {
  throw new FaultError({ code: 'not-faked', message: `the fake network has no ${what}` });
}

function openSocket(
  network: FakeNetwork,
  node: FakeNode,
  options: DatagramOptions,
  events: DatagramEvents,
): DatagramSocket {
  const address = options.address ?? parseIp(options.family === 4 ? '0.0.0.0' : '::')!;
  if (!isUnspecified(address) && !owns(node, address)) throw fault('not-our-address');
  const local = { address, port: options.port || freePort(node, options.family) };
  const key = `${options.family} ${local.port}`;
  if (node.sockets.has(key)) throw fault('address-in-use');
  const socket: FakeSocket = { local, options, events };
  node.sockets.set(key, socket);
  const isOpen = () => node.sockets.get(key) === socket;
  return {
    local,
    send: (payload, to, sendOptions = {}) =>
      isOpen() ? send(network, node, socket, payload, to, sendOptions) : 'closed',
    close: () => void (isOpen() && node.sockets.delete(key)),
  };
}

function fault(code: string): FaultError {
  return new FaultError({ code, message: `the fake network says ${code}` });
}

function freePort(node: FakeNode, family: number): number {
  const port = 49_152 + drawBelow(node.host.random, 16_384);
  return node.sockets.has(`${family} ${port}`) ? freePort(node, family) : port;
}

function send(
  network: FakeNetwork,
  node: FakeNode,
  socket: FakeSocket,
  payload: Uint8Array,
  to: Endpoint,
  options: SendOptions,
): SendOutcome {
  const hop = routeOf(network, node, to.address);
  const headerBytes = socket.options.family === 4 ? 28 : 48;
  const source = options.source ?? sourceOf(node, socket, hop);
  if (!owns(node, source)) return 'source-not-ours';
  if (payload.length > largestPayloadBytes) return 'message-too-long';
  if (options.dontFragment && payload.length + headerBytes > cableMtuBytes)
    return 'message-too-long';
  if (hop === 'none') return 'no-route';
  const from = { address: source, port: socket.local.port };
  const datagram = { from, to, payload: payload.slice(), sentAtNs: network.time.nowNs };
  const ttl = options.ttl ?? 64;
  if (hop === 'self') return schedule(network, node, datagram, ttl, [0]);
  if (!node.interfaces[0]!.up) return 'interface-down';
  const error = hop === 'beyond' ? errorBeyond(network, datagram, ttl, headerBytes) : undefined;
  if (error) return report(network, socket, error);
  if (hop === 'beyond') return 'sent';
  const other = node === network.left ? network.right : network.left;
  const delays = network.carry(datagram);
  if (!other.sockets.has(`${socket.options.family} ${to.port}`)) {
    return report(network, socket, pathError('port-unreachable', to.address, to));
  }
  return schedule(network, other, datagram, ttl, delays);
}

function routeOf(
  network: FakeNetwork,
  node: FakeNode,
  to: Ip,
): 'self' | 'other' | 'beyond' | 'none' {
  const other = node === network.left ? network.right : network.left;
  if (owns(node, to)) return 'self';
  if (owns(other, to)) return 'other';
  const isBeyond = node === network.left || beyondNetworks.some((prefix) => contains(prefix, to));
  return isBeyond ? 'beyond' : 'none';
}

function owns(node: FakeNode, address: Ip): boolean {
  return node.interfaces.some(({ addresses }) => addresses.some((own) => own.address === address));
}

function sourceOf(node: FakeNode, socket: FakeSocket, hop: string): Ip {
  if (!isUnspecified(socket.local.address)) return socket.local.address;
  const { addresses } = node.interfaces[hop === 'beyond' && node.interfaces[1] ? 1 : 0]!;
  return addresses[socket.options.family === 4 ? 0 : 1]!.address;
}

/** What right says about a packet that it should pass on. */
function errorBeyond(
  network: FakeNetwork,
  { to, payload }: FakeDatagram,
  ttl: number,
  headerBytes: number,
): PathError | undefined {
  const reporter = network.right.interfaces[0]!.addresses[typeof to.address === 'number' ? 0 : 1]!;
  if (ttl <= 1) return pathError('time-exceeded', reporter.address, to);
  if (!beyondNetworks.some((prefix) => contains(prefix, to.address))) {
    return pathError('network-unreachable', reporter.address, to);
  }
  if (payload.length + headerBytes <= beyondMtuBytes) return undefined;
  return { ...pathError('packet-too-big', reporter.address, to), mtuBytes: beyondMtuBytes };
}

function pathError(kind: PathError['kind'], reporter: Ip, destination: Endpoint): PathError {
  return { kind, reporter, destination };
}

function report(network: FakeNetwork, socket: FakeSocket, error: PathError): 'sent' {
  const atNs = network.time.nowNs + 2 * fakeDelayNs;
  scheduleAt(network.time, atNs, () => socket.events.pathError?.(error));
  return 'sent';
}

function schedule(
  network: FakeNetwork,
  node: FakeNode,
  datagram: FakeDatagram,
  ttl: number,
  delaysNs: readonly number[],
): 'sent' {
  for (const delayNs of delaysNs) {
    scheduleAt(network.time, network.time.nowNs + delayNs, () => deliver(node, datagram, ttl));
  }
  return 'sent';
}

function deliver(node: FakeNode, { from, to, payload }: FakeDatagram, ttl: number): void {
  const family = typeof to.address === 'number' ? 4 : 6;
  const socket = node.sockets.get(`${family} ${to.port}`);
  if (socket === undefined) return;
  const { address } = socket.local;
  if (!isUnspecified(address) && address !== to.address) return;
  socket.events.received({ from, to, interface: 'cable', ttl, payload });
}
