/** The streams over MPTCP of one table: their machine stands on the same TCP machine as all others. */
import { type Endpoint, familyOf, type Ip } from '../base/address.ts';
import type {
  AcceptStream,
  StreamEvents,
  StreamListenOptions,
  StreamOptions,
} from '../host/stream.ts';
import { changePriority } from '../mptcp/address-options.ts';
import type { MptcpConnection } from '../mptcp/connection.ts';
import { advance } from '../mptcp/expire.ts';
import { interfacesChanged } from '../mptcp/interface-changes.ts';
import { createMptcpMachine } from '../mptcp/machine.ts';
import type { MptcpMachine, PathGround } from '../mptcp/machine-state.ts';
import { settle } from '../mptcp/settle.ts';
import { subflowClosed, subflowConnected, subflowEnded } from '../mptcp/subflow-events.ts';
import { abortData, consumeData, endData, openMptcp, writeData } from '../mptcp/user-calls.ts';
import type { Connection } from '../tcp/connection.ts';
import { createTcpMachine } from '../tcp/machine.ts';
import type { Listener, TcpMachine } from '../tcp/machine-state.ts';
import type { CloseReason, TcpSink } from '../tcp/sink.ts';
import type { HeldPorts } from './held-ports.ts';
import { multipathSettings } from './multipath-settings.ts';
import { type MultipathKeeper, MultipathStream } from './multipath-stream.ts';
import type { StreamGround } from './stream-ground.ts';
import type { StreamOwner } from './table-stream.ts';

/** The table that it is a part of. */
export interface SurroundingTable extends TcpSink {
  /** Will serve the stream, outside of any call. */
  serveSoon(stream: MultipathStream): void;
  /** Who takes what comes to the TCP listener of that number. */
  acceptingOf(listener: number): { accept: AcceptStream; owner: StreamOwner } | undefined;
}

export class MultipathTable implements MultipathKeeper {
  readonly #table: SurroundingTable;
  readonly #ground: StreamGround;
  readonly #ports: HeldPorts;
  readonly #machine: MptcpMachine;
  readonly #streams = new Map<number, MultipathStream>();

  constructor(table: SurroundingTable, ground: StreamGround, ports: HeldPorts) {
    this.#table = table;
    this.#ground = ground;
    this.#ports = ports;
    const { random } = ground;
    const mtuTo = (destination: Ip) => ground.mtuTo(destination);
    this.#machine = createMptcpMachine({
      random,
      ground: this.#pathGround(),
      makeTcp: (multipath) => createTcpMachine({ random, mtuTo, multipath }),
    });
  }

  get tcp(): TcpMachine {
    return this.#machine.tcp;
  }

  get deadlineNs(): number {
    return this.#machine.deadlineNs;
  }

  #pathGround(): PathGround {
    const ground = this.#ground;
    return {
      interfaces: () => ground.interfaces?.() ?? [],
      sourceFor: (destination, name) => ground.sourceFor(destination, name),
      isOnLink: (destination, name) => ground.isOnLink?.(destination, name) ?? false,
      takePort: (address, name) => {
        const family = familyOf(address);
        return this.#ports.takeToConnect({ family, address, port: 0, interface: name });
      },
      givePort: (address, port) => this.#ports.give(familyOf(address), port),
    };
  }

  /** `in-use`: the last connection from this port to there is in TIME-WAIT. */
  open(
    local: Endpoint,
    options: StreamOptions,
    events: StreamEvents,
    owner: StreamOwner,
  ): MultipathStream | 'in-use' {
    const { to: remote, interface: name } = options;
    const settings = multipathSettings(options);
    const by = name ?? this.#interfaceOf(local.address);
    const opening = { local, remote, interface: by, settings };
    const opened = openMptcp(this.#machine, this.#ground.nowNs(), opening, this.#table);
    if (opened === 'in-use') return opened;
    const stream = this.#add(opened, owner);
    stream.tell(events);
    return stream;
  }

  #interfaceOf(address: Ip): string | undefined {
    return this.#ground.interfaces?.().find((one) => one.addresses.includes(address))?.name;
  }

  #add(connection: MptcpConnection, owner: StreamOwner): MultipathStream {
    const stream = new MultipathStream(this, connection, owner);
    this.#streams.set(connection.id, stream);
    owner.adopt(stream);
    return stream;
  }

  listen(listener: Listener, options: StreamListenOptions): void {
    this.#machine.listening.set(listener.id, multipathSettings(options));
  }

  stopListening(listener: Listener): void {
    this.#machine.listening.delete(listener.id);
  }

  interfacesChanged(): void {
    interfacesChanged(this.#machine, this.#ground.nowNs(), this.#table);
    this.settle();
  }

  /** What follows from what TCP told of subflows, and from the time. */
  settle(): void {
    const machine = this.#machine;
    const nowNs = this.#ground.nowNs();
    if (machine.deadlineNs <= nowNs) advance(machine, nowNs, this.#table);
    if (machine.stirred.length > 0) settle(machine, nowNs, this.#table);
    this.#hear();
  }

  connected(subflow: Connection): void {
    subflowConnected(this.#machine, subflow);
  }

  ended(subflow: Connection): void {
    subflowEnded(this.#machine, subflow);
  }

  /** `reason` undefined: half open, its end is told to nobody else. */
  closed(subflow: Connection, reason: CloseReason | undefined): void {
    subflowClosed(this.#machine, subflow, reason);
  }

  writeData(connection: MptcpConnection, bytes: Uint8Array): number {
    const taken = writeData(this.#machine, this.#ground.nowNs(), connection, bytes, this.#table);
    this.#hear();
    return taken;
  }

  endData(connection: MptcpConnection): void {
    endData(this.#machine, this.#ground.nowNs(), connection, this.#table);
    this.#hear();
  }

  abortData(connection: MptcpConnection): void {
    abortData(this.#machine, this.#ground.nowNs(), connection, this.#table);
    this.#hear();
  }

  consumeData(connection: MptcpConnection, count: number): void {
    consumeData(this.#machine, this.#ground.nowNs(), connection, count, this.#table);
  }

  setBackup(connection: MptcpConnection, interfaceName: string, isBackup: boolean): void {
    changePriority(this.#machine, connection, interfaceName, isBackup);
    this.settle();
  }

  serveSoon(stream: MultipathStream): void {
    this.#table.serveSoon(stream);
  }

  forgetMultipath({ connection }: MultipathStream): void {
    this.#streams.delete(connection.id);
    if (connection.role === 'initiator') return;
    const { address, port } = connection.opened.local;
    this.#ports.give(familyOf(address), port);
  }

  #hear(): void {
    const { news } = this.#machine;
    for (const connection of news) {
      const stream = this.#streams.get(connection.id) ?? this.#accept(connection);
      if (stream !== undefined) this.#table.serveSoon(stream);
    }
    news.clear();
  }

  #accept(connection: MptcpConnection): MultipathStream | undefined {
    const { role, subflows, state, isTold } = connection;
    const listener = subflows[0]?.tcp?.listener;
    if (role !== 'listener' || listener === undefined || isTold.connected) return undefined;
    if (state !== 'multipath' && state !== 'plain') return undefined;
    const accepting = this.#table.acceptingOf(listener);
    if (accepting === undefined) return undefined;
    isTold.connected = true;
    const { accept, owner } = accepting;
    const { address, port } = connection.opened.local;
    this.#ports.hold(familyOf(address), port);
    const stream = this.#add(connection, owner);
    stream.askFirst(() => accept(stream));
    return stream;
  }
}
