/**
 * The owner of a node's interfaces: their addresses, ARP and ND, ICMP, resets to ports that nobody has.
 * All of it runs on the thread of its loop, in the namespace in which that thread was.
 */
import { FaultError } from '../../base/errors.ts';
import { announce, setInterfaceMtu, setInterfaceUp } from '../../ip/interfaces.ts';
import { sendPacket } from '../../ip/packet-output.ts';
import { emitRecord } from '../../trace/ndjson.ts';
import type { Field } from '../../trace/record.ts';
import { InterfaceTable } from '../interface-table.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { claimFilter } from '../lease-filter.ts';
import { OwnStack } from '../own/own-stack.ts';
import { createNodeMachine } from './node-machine.ts';
import type { DaemonOrder } from './order.ts';
import { quietDevice } from './quiet-device.ts';
import { resetFor } from './tcp-reset.ts';

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

  constructor(options: InterfaceDaemonOptions) {
    const { loop, order } = options;
    this.#options = options;
    for (const { device } of order.interfaces) quietDevice(device);
    this.#devices = new InterfaceTable(loop);
    this.#stack = new OwnStack(loop, createNodeMachine(order, 'daemon'), {
      transmitPacket: () => undefined,
      datagram: () => undefined,
      icmpError: () => undefined,
      packet: (_, packet) => this.#refuse(packet),
      record: (kind, fields) => this.#record(kind, fields),
    });
    for (const [index, { device }] of order.interfaces.entries()) this.#plug(index, device);
    this.#devices.onChange(({ name }) => this.#follow(name));
    this.#record('interface-daemon.ready', {
      interfaces: order.interfaces.map(({ name }) => name),
    });
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
    this.#devices[Symbol.dispose]();
  }

  #plug(index: number, device: string): void {
    const info = this.#devices.find(device);
    if (info === undefined) throw noSuchDevice(this.#options.order.node, device);
    this.#stack.plug(index, info.index, claimFilter({ claims: [], claimed: 'stop' }));
    this.#follow(device);
    this.#stack.run((machine, nowNs, sink) => announce(machine, nowNs, index, sink));
  }

  /** What the kernel says of a device is so of the interface. */
  #follow(device: string): void {
    const index = this.#options.order.interfaces.findIndex((one) => one.device === device);
    const info = this.#devices.find(device);
    if (index < 0) return;
    this.#stack.run((machine, nowNs, sink) => {
      setInterfaceUp(machine, nowNs, index, info?.up ?? false, sink);
      if (info !== undefined) setInterfaceMtu(machine, index, info.mtuBytes);
    });
  }

  #refuse(packet: Uint8Array): void {
    const reset = resetFor(packet);
    if (reset !== undefined) {
      this.#stack.run((machine, nowNs, sink) => sendPacket(machine, nowNs, reset, sink));
    }
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
