/**
 * The owner of a node's interfaces: their addresses, ARP and ND, ICMP, resets to ports that nobody has. It
 * leases ports to processes, which send and receive by themselves and ask it for what it alone knows. All
 * of it runs on the thread of its loop, in the namespace in which that thread was.
 */
import { parseIp } from '../../base/address.ts';
import { FaultError } from '../../base/errors.ts';
import type { InterfaceInfo } from '../../host/host.ts';
import { announce, setInterfaceMtu, setInterfaceUp } from '../../ip/interfaces.ts';
import { addressIn } from '../../ip/packet-address.ts';
import { sendPacket } from '../../ip/packet-output.ts';
import { macOf } from '../../ip/solicit.ts';
import { emitRecord } from '../../trace/ndjson.ts';
import type { Field } from '../../trace/record.ts';
import { InterfaceTable } from '../interface-table.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { FilteredRings } from '../own/filtered-rings.ts';
import { OwnStack, type Upward } from '../own/own-stack.ts';
import { ApplicationSide } from './application-side.ts';
import { ClientDesk } from './client-desk.ts';
import { ClientDoor } from './client-door.ts';
import { createNodeMachine } from './node-machine.ts';
import type { DaemonOrder } from './order.ts';
import { quietDevice } from './quiet-device.ts';
import { quotedSender, resetFor, tcpPortOf } from './tcp-reset.ts';

export interface InterfaceDaemonOptions {
  readonly loop: KernelLoop;
  readonly order: DaemonOrder;
  /** Takes each record as a line without its end. */
  readonly write: (line: string) => void;
}

export class InterfaceDaemon implements Disposable {
  readonly #options: InterfaceDaemonOptions;
  readonly #devices: InterfaceTable;
  readonly #stack: OwnStack;
  readonly #rings: FilteredRings;
  readonly #door: ClientDoor;
  readonly #desk: ClientDesk;
  #applications: ApplicationSide | undefined;

  constructor(options: InterfaceDaemonOptions) {
    const { loop, order } = options;
    this.#options = options;
    for (const { device } of order.interfaces) quietDevice(device);
    this.#devices = new InterfaceTable(loop);
    const strayDatagrams = order.applications === undefined ? 'refuse' : 'hand-on';
    const machine = createNodeMachine(order, 'daemon', { strayDatagrams });
    this.#stack = new OwnStack(loop, machine, this.#upward());
    this.#rings = new FilteredRings(this.#stack, {
      devices: () => order.interfaces.map(({ device }) => this.#deviceOf(device).index),
      inNamespace: (action) => action(),
      claimed: 'stop',
    });
    this.#door = new ClientDoor(loop, order.node, {
      heard: (client, read) => this.#desk.heard(client, read),
      left: (client) => this.#desk.left(client),
    });
    this.#desk = new ClientDesk({
      stack: this.#stack,
      standing: () => ({ order, interfaces: order.interfaces.map((_, at) => this.#infoOf(at)) }),
      tellAll: (notice, but) => this.#door.tellAll(notice, but),
      wires: this.#rings,
    });
    this.#rings.plug();
    for (const [index, { device }] of order.interfaces.entries()) this.#announce(index, device);
    if (order.applications !== undefined) {
      this.#applications = new ApplicationSide(loop, this.#stack, order, order.applications);
    }
    this.#devices.onChange(({ name }) => this.#follow(name));
    const interfaces = order.interfaces.map(({ name }) => name);
    this.#record('interface-daemon.ready', { interfaces });
  }

  [Symbol.dispose](): void {
    this.#applications?.[Symbol.dispose]();
    this.#door[Symbol.dispose]();
    this.#stack[Symbol.dispose]();
    this.#rings.close();
    this.#devices[Symbol.dispose]();
  }

  #upward(): Upward {
    return {
      transmitPacket: (index, packet) => this.#desk.transmitPacket(index, packet),
      datagram: (lease, arrival) => this.#desk.datagram(lease, arrival),
      icmpError: (lease, arrival) => this.#desk.icmpError(lease, arrival),
      packet: (index, packet) => this.#handOn(index, packet),
      record: (kind, fields) => this.#note(kind, fields),
      settled: () => this.#desk.settle(),
    };
  }

  #deviceOf(device: string): InterfaceInfo {
    const info = this.#devices.find(device);
    if (info === undefined) throw noSuchDevice(this.#options.order.node, device);
    return info;
  }

  #announce(index: number, device: string): void {
    const { up } = this.#deviceOf(device);
    this.#stack.run((machine, nowNs, sink) => {
      setInterfaceUp(machine, nowNs, index, up, sink);
      announce(machine, nowNs, index, sink);
    });
  }

  /** What the kernel says of a device is so of the interface. */
  #follow(device: string): void {
    const index = this.#options.order.interfaces.findIndex((one) => one.device === device);
    if (index < 0) return;
    const { up, mtuBytes } = this.#infoOf(index);
    const iface = this.#stack.machine.interfaces[index]!;
    if (iface.up === up && iface.mtuBytes === mtuBytes) return;
    this.#stack.run((machine, nowNs, sink) => {
      setInterfaceUp(machine, nowNs, index, up, sink);
      setInterfaceMtu(machine, index, mtuBytes);
    });
    this.#door.tellAll({ kind: 'interface', info: this.#infoOf(index) });
  }

  #infoOf(index: number): InterfaceInfo {
    const { name, device, mac } = this.#options.order.interfaces[index]!;
    const { addresses } = this.#stack.machine.interfaces[index]!;
    const found = this.#devices.find(device);
    const { up = false, mtuBytes = 0 } = found ?? {};
    return { name, index: found?.index ?? 0, mac, mtuBytes, up, addresses };
  }

  /** What the machine has no use for: a process's that has its port, else the applications'. */
  #handOn(index: number, packet: Uint8Array): void {
    if (this.#toOwner(index, packet) || this.#applications?.take(packet)) return;
    const reset = resetFor(packet);
    if (reset === undefined) return;
    this.#stack.run((machine, nowNs, sink) => sendPacket(machine, nowNs, reset, sink));
  }

  /**
   * A segment in pieces, or from this node: from a link and whole, its process's ring would have it. Or an
   * ICMP error about one that a process sent.
   */
  #toOwner(index: number, packet: Uint8Array): boolean {
    const port = tcpPortOf(packet);
    const to = addressIn(packet, 'destination');
    const local = port === undefined ? quotedSender(packet) : { address: to, port };
    if (local === undefined) return false;
    const owner = this.#desk.leases.tcpOwner(local.address, local.port, index);
    owner?.say({ kind: 'segment' }, packet);
    return owner !== undefined;
  }

  /** What the machine notes about the node, processes have to know as well. */
  #note(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#record(kind, fields);
    if (kind === 'ip.path-mtu') this.#tellPathMtu(fields);
    if (kind === 'ip.neighbour' && fields['change'] === 'changed') this.#tellNeighbour(fields);
  }

  #tellPathMtu({ destination, mtuBytes }: Readonly<Record<string, Field>>): void {
    const address = parseIp(String(destination))!;
    this.#door.tellAll({ kind: 'path-mtu', destination: address, mtuBytes: Number(mtuBytes) });
  }

  #tellNeighbour(fields: Readonly<Record<string, Field>>): void {
    const address = parseIp(String(fields['address']))!;
    const name = String(fields['interface']);
    const iface = this.#stack.machine.interfaces.find((one) => one?.name === name);
    const neighbour = iface?.neighbours.get(address);
    if (neighbour === undefined) return;
    this.#door.tellAll({ kind: 'neighbour', interface: name, address, mac: macOf(neighbour) });
  }

  #record(kind: string, fields: Readonly<Record<string, Field>>): void {
    const { loop, order, write } = this.#options;
    write(emitRecord({ tNs: loop.nowNs(), node: order.node, kind, ...fields }));
  }
}

function noSuchDevice(node: string, device: string): FaultError {
  return new FaultError({
    code: 'no-such-interface',
    message: `${node} has no device ${device}`,
    hint: 'see which devices there are: ip link',
  });
}
