/**
 * The streams of one node on our own TCP: between the machine, which calls nobody, and programs, which
 * are called outside of their own calls only.
 */
import {
  anyIpv4,
  anyIpv6,
  type Endpoint,
  type Family,
  familyOf,
  formatEndpoint,
  formatIp,
  type Ip,
  isUnspecified,
} from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import { never } from '../base/time.ts';
import type {
  AcceptStream,
  Stream,
  StreamEnd,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from '../host/stream.ts';
import { subflowSettings } from '../mptcp/subflow-settings.ts';
import type { Connection, TcpState } from '../tcp/connection.ts';
import { findConnection } from '../tcp/connection-table.ts';
import { anyPort, listen, stopListening } from '../tcp/listeners.ts';
import { advance } from '../tcp/machine.ts';
import type { Listener, TcpMachine } from '../tcp/machine-state.ts';
import { openConnection } from '../tcp/open.ts';
import { receivePacket, refusePacket } from '../tcp/packet-input.ts';
import type { ConnectionSettings } from '../tcp/settings.ts';
import type { CloseReason, OutgoingSegment, TcpSink } from '../tcp/sink.ts';
import {
  abortConnection,
  closeConnection,
  consumeBytes,
  releaseConnection,
  writeBytes,
} from '../tcp/user-calls.ts';
import type { Field } from '../trace/record.ts';
import { type Awaited, AwaitedUsers } from './awaited-users.ts';
import { packStreams, type Successor, type TakingTable, unpackStreams } from './carried-streams.ts';
import { connectionSettings } from './connection-settings.ts';
import { HeldPorts } from './held-ports.ts';
import { multipathSettings } from './multipath-settings.ts';
import { MultipathTable, type SurroundingTable } from './multipath-table.ts';
import { NowhereStream } from './nowhere-stream.ts';
import type { StreamGround } from './stream-ground.ts';
import { type StreamKeeper, type StreamOwner, TableStream } from './table-stream.ts';

interface Accepting {
  readonly accept: AcceptStream;
  readonly owner: StreamOwner;
}

export class StreamTable implements TcpSink, StreamKeeper, SurroundingTable {
  readonly #ground: StreamGround;
  readonly #machine: TcpMachine;
  readonly #multipath: MultipathTable;
  /** By the number of the connection, and of the listener. */
  readonly #streams = new Map<number, TableStream>();
  readonly #ports: HeldPorts;
  readonly #accepting = new Map<number, Accepting>();
  /** Another table has them: this one says nothing more. */
  #isLeft = false;
  /** Packets come in, and their end is awaited. */
  #isHearing = false;
  readonly #awaited = new AwaitedUsers();

  constructor(ground: StreamGround) {
    this.#ground = ground;
    this.#ports = new HeldPorts(ground);
    this.#multipath = new MultipathTable(this, ground, this.#ports);
    this.#machine = this.#multipath.tcp;
  }

  open(options: StreamOptions, events: StreamEvents, owner: StreamOwner): Stream {
    const { to, source, interface: name } = options;
    const ground = this.#ground;
    const family = familyOf(to.address);
    if (source !== undefined && !ground.owns(source))
      throw this.#fault('not-our-address', source, 0);
    const address = source ?? ground.sourceFor(to.address, name);
    if (address === undefined) {
      const nowhere = new NowhereStream(to, events, owner);
      this.#awaited.add(nowhere);
      this.#settle();
      return nowhere;
    }
    const port = this.#ports.takeToConnect({ family, address, port: 0, interface: name });
    if (port === undefined) throw this.#fault('no-free-port', address, 0);
    const local = { address, port };
    if (options.transport === 'mptcp') {
      const opened = this.#multipath.open(local, options, events, owner);
      this.#settle();
      return opened === 'in-use' ? this.open(options, events, owner) : opened;
    }
    const settings = connectionSettings(options);
    const opening = { local, remote: to, settings };
    const opened = openConnection(this.#machine, ground.nowNs(), opening, this);
    // The last connection from this port to there is in TIME-WAIT.
    if (opened === 'in-use') return this.open(options, events, owner);
    const stream = this.#add(opened, owner);
    stream.tell(events);
    this.#settle();
    return stream;
  }

  listen(options: StreamListenOptions, accept: AcceptStream, owner: StreamOwner): StreamListener {
    const { family, port: wanted = 0 } = options;
    const isAny = options.address === undefined || isUnspecified(options.address);
    const address = isAny ? undefined : options.address;
    if (address !== undefined && !this.#ground.owns(address)) {
      throw this.#fault('not-our-address', address, wanted);
    }
    const wish = { family, address, port: wanted, interface: undefined };
    const port = this.#ports.takeToListen(wish);
    if (port === undefined) {
      throw this.#fault(wanted === 0 ? 'no-free-port' : 'address-in-use', address, wanted);
    }
    // What comes may be a subflow, or the first of several.
    const settings =
      options.transport === 'mptcp'
        ? subflowSettings(multipathSettings(options))
        : connectionSettings(options);
    const listener = listen(this.#machine, { family, port, settings, ...(address && { address }) });
    if (listener === 'in-use') throw this.#fault('address-in-use', address, port);
    if (options.transport === 'mptcp') this.#multipath.listen(listener, options);
    this.#accepting.set(listener.id, { accept, owner });
    const any = family === 4 ? anyIpv4 : anyIpv6;
    const local = { address: address ?? any, port };
    return this.#listenerOf(listener, family, local, owner);
  }

  /** Takes whatever comes for any address and any port that nobody else listens at. */
  listenEverywhere(
    settings: Partial<ConnectionSettings>,
    backlog: number,
    accept: AcceptStream,
    owner: StreamOwner,
  ): void {
    const listener = listen(this.#machine, { port: anyPort, settings, backlog });
    if (listener === 'in-use') throw this.#fault('address-in-use', undefined, anyPort);
    this.#accepting.set(listener.id, { accept, owner });
  }

  /** Whether a connection stands between the two; one in TIME-WAIT makes room for a new one. */
  knows(local: Endpoint, remote: Endpoint): boolean {
    const { connections } = this.#machine;
    const found = findConnection(
      connections,
      local.address,
      local.port,
      remote.address,
      remote.port,
    );
    return found !== undefined && found.state !== 'time-wait';
  }

  /** Answers a SYN with a reset, as a node does where nobody listens. */
  refuse(packet: Uint8Array): void {
    refusePacket(this.#machine, packet, this);
  }

  /** All its streams and listeners, for another table to go on with; those over MPTCP are left behind. */
  carryOut(): Uint8Array {
    this.#isLeft = true;
    const bytes = packStreams(this.#machine, this.#streams);
    this.#streams.clear();
    this.#accepting.clear();
    this.#ground.wakeAt(never);
    return bytes;
  }

  /** Of a table that nobody has used: goes on with what another one had. Why it can't, if it can't. */
  carryIn(bytes: Uint8Array, successor: Successor, owner: StreamOwner): string | undefined {
    const table: TakingTable = {
      machine: this.#machine,
      ports: this.#ports,
      listenAgain: ({ id }, accept) => void this.#accepting.set(id, { accept, owner }),
      add: (connection) => {
        const stream = this.#add(connection, owner);
        this.#awaited.add(stream);
        return stream;
      },
    };
    const objection = unpackStreams(table, bytes, successor);
    this.#settle();
    return objection;
  }

  /** An IP packet of TCP, or an ICMP error about one, for this node. */
  receive(packet: Uint8Array): void {
    if (this.#isLeft) return;
    const ground = this.#ground;
    this.#isHearing = ground.atStepEnd !== undefined;
    receivePacket(this.#machine, ground.nowNs(), packet, this);
    this.#multipath.settle();
    if (ground.atStepEnd === undefined) this.#serve();
    else ground.atStepEnd(this.#tellHeard);
  }

  readonly #tellHeard = (): void => {
    this.#isHearing = false;
    if (!this.#isLeft) this.#serve();
  };

  /** Carrier or addresses changed. */
  interfacesChanged(): void {
    this.#multipath.interfacesChanged();
    this.#serve();
  }

  acceptingOf(listener: number): Accepting | undefined {
    return this.#accepting.get(listener);
  }

  /** At the moment that `wakeAt` said. */
  wake(): void {
    if (this.#isLeft) return;
    const nowNs = this.#ground.nowNs();
    if (this.#machine.deadlineNs <= nowNs) advance(this.#machine, nowNs, this);
    this.#multipath.settle();
    this.#serve();
  }

  write(connection: Connection, bytes: Uint8Array): number {
    const taken = writeBytes(this.#machine, this.#ground.nowNs(), connection, bytes, this);
    this.#settle();
    return taken;
  }

  end(connection: Connection): void {
    closeConnection(this.#machine, this.#ground.nowNs(), connection, this);
    this.#settle();
  }

  abort(connection: Connection): void {
    abortConnection(this.#machine, this.#ground.nowNs(), connection, this);
    this.#settle();
  }

  consume(connection: Connection, count: number): void {
    consumeBytes(this.#machine, this.#ground.nowNs(), connection, count, this);
  }

  /** Its user is gone: what was written still goes. */
  release(connection: Connection): void {
    releaseConnection(this.#machine, this.#ground.nowNs(), connection, this);
    this.#settle();
  }

  serveSoon(stream: Awaited): void {
    this.#awaited.add(stream);
    this.#settle();
  }

  transmit(segment: OutgoingSegment): void {
    this.#ground.transmit(segment);
  }

  stateChanged(connection: Connection, before: TcpState): void {
    const { local, remote, state } = connection;
    this.record('tcp.state', {
      local: formatEndpoint(local),
      remote: formatEndpoint(remote),
      before,
      state,
    });
    const isEndUntold = state === 'closed' && connection.isTold;
    if (connection.multipath !== 0 && isEndUntold) this.#multipath.closed(connection, undefined);
  }

  connected(connection: Connection): void {
    if (connection.multipath !== 0) {
      this.#multipath.connected(connection);
      return;
    }
    const stream = this.#streams.get(connection.id) ?? this.#accept(connection);
    if (stream === undefined) return;
    stream.happened.connected = true;
    this.#awaited.add(stream);
  }

  readable(connection: Connection): void {
    this.#awaitConnection(connection);
  }

  writable(connection: Connection): void {
    const stream = this.#awaitConnection(connection);
    if (stream !== undefined) stream.happened.writable = true;
  }

  ended(connection: Connection): void {
    if (connection.multipath !== 0) this.#multipath.ended(connection);
    const stream = this.#awaitConnection(connection);
    if (stream !== undefined) stream.happened.ended = true;
  }

  closed(connection: Connection, reason: CloseReason): void {
    if (connection.multipath !== 0) {
      this.#multipath.closed(connection, reason);
      return;
    }
    const stream = this.#awaitConnection(connection);
    if (stream === undefined) return;
    stream.happened.closed = reason === 'keep-alive' ? 'timed-out' : (reason satisfies StreamEnd);
    this.#streams.delete(connection.id);
    const { address, port } = connection.local;
    this.#ports.give(familyOf(address), port);
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#ground.record(kind, fields);
  }

  #add(connection: Connection, owner: StreamOwner): TableStream {
    const stream = new TableStream(this, connection, owner);
    this.#streams.set(connection.id, stream);
    owner.adopt(stream);
    return stream;
  }

  /** Its user is asked when it is served, not while the machine is at work. */
  #accept(connection: Connection): TableStream | undefined {
    const accepting = this.#accepting.get(connection.listener!);
    if (accepting === undefined) return undefined;
    const { accept, owner } = accepting;
    this.#ports.hold(familyOf(connection.local.address), connection.local.port);
    const stream = this.#add(connection, owner);
    stream.askFirst(() => accept(stream));
    return stream;
  }

  #listenerOf(
    listener: Listener,
    family: Family,
    local: Endpoint,
    owner: StreamOwner,
  ): StreamListener {
    let isClosed = false;
    const open = {
      local,
      close: () => {
        if (isClosed) return;
        isClosed = true;
        stopListening(this.#machine, listener);
        this.#multipath.stopListening(listener);
        this.#accepting.delete(listener.id);
        this.#ports.giveListening(family, local.port);
        owner.forget(open);
      },
    };
    owner.adopt(open);
    return open;
  }

  #awaitConnection({ id }: Connection): TableStream | undefined {
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#awaited.add(stream);
    return stream;
  }

  #serve(): void {
    this.#awaited.serve();
    this.#settle();
  }

  #settle(): void {
    if (this.#isLeft || this.#isHearing) return;
    const dueNs = Math.min(this.#machine.deadlineNs, this.#multipath.deadlineNs);
    this.#ground.wakeAt(this.#awaited.isEmpty ? dueNs : 0);
  }

  #fault(code: string, address: Ip | undefined, port: number): FaultError {
    const where = address === undefined ? 'any address' : formatIp(address);
    return new FaultError({
      code,
      message: `${this.#ground.node} can't bind TCP port ${port} of ${where}: ${code.replaceAll('-', ' ')}`,
      hint: 'give the program another port, or the node the address',
    });
  }
}
