/** What processes ask of the daemon and what it hands on to them: ports, neighbours, packets. */
import type { Ip } from '../../base/address.ts';
import { receivePacket } from '../../ip/machine.ts';
import type { DatagramArrival, IcmpErrorArrival } from '../../ip/sink.ts';
import type {
  Answer,
  DaemonNotice,
  LeaseWish,
  NodeStanding,
  ProcessNotice,
  Question,
  ReadMessage,
  VirtualWish,
} from '../own/messages.ts';
import type { OwnStack } from '../own/own-stack.ts';
import type { ProcessWires } from '../own/process-wires.ts';
import type { Client, FromClient } from './client-door.ts';
import { LeaseTable, type LeaseWires } from './leases.ts';
import { NeighbourQuestions } from './neighbour-questions.ts';
import { VirtualInterfaces } from './virtual-interfaces.ts';

export interface DeskOptions {
  readonly stack: OwnStack;
  readonly standing: () => Omit<NodeStanding, 'virtual'>;
  readonly tellAll: (notice: DaemonNotice, but?: Client) => void;
  readonly wires: LeaseWires & Pick<ProcessWires, 'addressesChanged'>;
}

export class ClientDesk {
  readonly leases: LeaseTable<Client>;
  readonly #options: DeskOptions;
  readonly #virtual: VirtualInterfaces<Client>;
  readonly #questions = new NeighbourQuestions<Client>((client, { iface, address }, mac) =>
    client.say({ kind: 'neighbour', interface: iface.name, address, mac }),
  );

  constructor(options: DeskOptions) {
    this.#options = options;
    this.leases = new LeaseTable(options.stack.machine, options.wires);
    this.#virtual = new VirtualInterfaces(options.stack.machine);
  }

  heard(client: Client, { message, behind }: ReadMessage<FromClient>): void {
    switch (message.kind) {
      case 'enter':
      case 'lease':
      case 'add-interface':
        client.say(this.#answer(client, message));
        return;
      default:
        this.#heed(client, message, behind);
    }
  }

  /** All that it had is free at once. */
  left(client: Client): void {
    this.#questions.forget(client);
    this.leases.releaseAllOf(client);
    for (const name of this.#virtual.namesOf(client)) this.#removeInterface(client, name);
  }

  /** After anything that the machine has heard. */
  settle(): void {
    this.#questions.settle();
  }

  datagram(lease: number, arrival: DatagramArrival): void {
    const given = this.leases.find(lease);
    if (given === undefined || given.wish.takes === 'frames') return;
    const { source: from, destination: to, ttl, payload, interfaceIndex } = arrival;
    const { name = '' } = this.#options.stack.machine.interfaces[interfaceIndex] ?? {};
    given.owner.say({ kind: 'datagram', lease, from, to, interface: name, ttl }, payload);
  }

  icmpError(lease: number, { source: _, ...error }: IcmpErrorArrival): void {
    this.leases.find(lease)?.owner.say({ kind: 'path-error', lease, error });
  }

  transmitPacket(interfaceIndex: number, packet: Uint8Array): void {
    const { name = '' } = this.#options.stack.machine.interfaces[interfaceIndex] ?? {};
    this.#virtual.ownerOf(name)?.say({ kind: 'packet', interface: name }, packet);
  }

  #answer(client: Client, question: Question): Answer {
    switch (question.kind) {
      case 'enter': {
        const standing = { ...this.#options.standing(), virtual: this.#virtual.added };
        return { kind: 'entered', standing };
      }
      case 'lease':
        return this.#lease(client, question);
      case 'add-interface':
        return this.#addInterface(client, question);
      default:
        return question satisfies never;
    }
  }

  #lease(client: Client, wish: LeaseWish): Answer {
    const taken = this.leases.take(client, wish);
    if (typeof taken === 'string') return { kind: 'refused', code: taken };
    return { kind: 'leased', ...taken };
  }

  #addInterface(client: Client, wish: VirtualWish): Answer {
    const { name, addresses, mtuBytes, routes } = wish;
    const added = this.#virtual.add(client, { name, addresses, mtuBytes, routes });
    if (added === undefined) return { kind: 'refused', code: 'interface-exists' };
    this.#options.wires.addressesChanged();
    this.#options.tellAll({ kind: 'interface-added', added }, client);
    return { kind: 'added', added };
  }

  #removeInterface(client: Client, name: string): void {
    if (!this.#virtual.remove(client, name)) return;
    this.#options.wires.addressesChanged();
    this.#options.tellAll({ kind: 'interface-removed', interface: name }, client);
  }

  #heed(client: Client, notice: ProcessNotice, behind: Uint8Array): void {
    switch (notice.kind) {
      case 'release':
        this.leases.release(client, notice.lease);
        return;
      case 'find-neighbour':
        this.#find(client, notice.interface, notice.address);
        return;
      case 'stray-packet':
        this.#take(notice.interface, behind);
        return;
      case 'packet':
        this.#virtual.ownerOf(notice.interface)?.say(notice, behind);
        return;
      case 'remove-interface':
        this.#removeInterface(client, notice.interface);
        return;
      default:
        notice satisfies never;
    }
  }

  #find(client: Client, name: string, address: Ip): void {
    this.#options.stack.run((machine, nowNs, sink) => {
      const iface = machine.interfaces.find((one) => one?.name === name);
      if (iface !== undefined) this.#questions.ask(client, address, iface, machine, nowNs, sink);
    });
  }

  /** As if it had arrived on the interface. */
  #take(name: string, packet: Uint8Array): void {
    this.#options.stack.run((machine, nowNs, sink) => {
      const iface = machine.interfaces.find((one) => one?.name === name);
      if (iface !== undefined) receivePacket(machine, nowNs, iface.index, packet, sink);
    });
  }
}
