/** UDP sockets of the kernel, as the host contract has them. */
import { type Endpoint, familyOf, formatIp, type Ip, isLinkLocal } from '../base/address.ts';
import type {
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  SendOptions,
  SendOutcome,
} from '../host/host.ts';
import {
  type ArrivalFacts,
  readArrivalFacts,
  readExtendedError,
  writeSource,
  writeTtl,
} from '../linux/control-message.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import { epollEvent } from '../linux/epoll.ts';
import { MessageBatch, messageFlag } from '../linux/message-batch.ts';
import { localEndpoint, mtuDiscovery, setOption, socketOption } from '../linux/socket.ts';
import { errno, SystemCallError } from '../linux/system-call.ts';
import { openBoundSocket } from './datagram-binding.ts';
import { pathErrorOf, sendOutcomeOf } from './datagram-errors.ts';
import { DatagramTrain } from './datagram-train.ts';
import type { HostOwner } from './host-owner.ts';

const largestPayloadBytes = { 4: 65_507, 6: 65_527 } as const;
const receiveSlots = 16;
/** Rounds of a full batch before others have their turn. */
const roundsATurn = 4;

/** Shared by all sockets of a host: one is at work at a time. */
export interface DatagramMemory {
  readonly leaving: MessageBatch;
  readonly arriving: MessageBatch;
  readonly train: DatagramTrain;
  /** What the loop is to call when a step has ended. */
  readonly endTrain: () => void;
}

export function createDatagramMemory(): DatagramMemory {
  const train = new DatagramTrain();
  return {
    leaving: new MessageBatch(1, 65_536),
    arriving: new MessageBatch(receiveSlots, 65_536),
    train,
    endTrain: () => train.close(),
  };
}

/** In the namespace of this thread. */
export function openDatagramSocket(
  host: HostOwner,
  memory: DatagramMemory,
  options: DatagramOptions,
  events: DatagramEvents,
): DatagramSocket {
  const fd = openBoundSocket(host, options);
  return new RealDatagramSocket(host, memory, fd, options, events);
}

class RealDatagramSocket implements DatagramSocket {
  readonly local: Endpoint;
  readonly #host: HostOwner;
  readonly #memory: DatagramMemory;
  readonly #fd: number;
  readonly #options: DatagramOptions;
  readonly #events: DatagramEvents;
  readonly #watch: { close(): void };
  readonly #facts: ArrivalFacts;
  #isFragmentable = true;
  #isClosed = false;

  constructor(
    host: HostOwner,
    memory: DatagramMemory,
    fd: number,
    options: DatagramOptions,
    events: DatagramEvents,
  ) {
    this.#host = host;
    this.#memory = memory;
    this.#fd = fd;
    this.#options = options;
    this.#events = events;
    this.local = localEndpoint(fd);
    const destination = this.local.address;
    const time = { seconds: 0, nanoseconds: 0 };
    this.#facts = { destination, interfaceIndex: 0, ttl: 0, segmentBytes: 0, ...time };
    this.#watch = host.loop.watch(fd, (ready) => this.#onReady(ready));
  }

  send(payload: Uint8Array, to: Endpoint, options: SendOptions = {}): SendOutcome {
    if (this.#isClosed) return 'closed';
    const refused = this.#whyNot(payload, to, options);
    if (refused !== undefined) return refused;
    const { train } = this.#memory;
    const isPlain = options.ttl === undefined && options.source === undefined;
    const mayRide = isPlain && !options.dontFragment && this.#isFragmentable;
    if (mayRide && train.take(this.#fd, to, payload)) return 'sent';
    train.close();
    const outcome = this.#sendAlone(payload, to, options);
    if (mayRide && outcome === 'sent') this.#openTrain(to);
    return outcome;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#memory.train.close();
    this.#isClosed = true;
    this.#watch.close();
    closeDescriptor(this.#fd);
    this.#host.forget(this);
  }

  #sendAlone(payload: Uint8Array, to: Endpoint, options: SendOptions): SendOutcome {
    this.#allowFragments(!options.dontFragment);
    const { leaving } = this.#memory;
    const from = leaving.controlAt(0);
    const controlBytes = this.#writeControl(from, options) - from;
    leaving.put(0, payload, to, controlBytes, this.#scopeOf(to.address));
    const failed = this.#sendTwice();
    if (failed === undefined) return 'sent';
    const outcome = sendOutcomeOf(failed);
    if (outcome !== undefined) return outcome;
    throw new SystemCallError('sendmsg', failed, `${formatIp(to.address)} port ${to.port}`);
  }

  /** A link-local address needs its scope with each datagram. */
  #openTrain(to: Endpoint): void {
    const { loop } = this.#host;
    if (!loop.isInStep || isLinkLocal(to.address)) return;
    this.#memory.train.open(this.#fd, to);
    loop.atStepEnd(this.#memory.endTrain);
  }

  #whyNot(payload: Uint8Array, to: Endpoint, { source }: SendOptions): SendOutcome | undefined {
    const { family, interface: bound } = this.#options;
    const { interfaces } = this.#host;
    if (familyOf(to.address) !== family) return 'no-route';
    if (source !== undefined && !interfaces.owns(source)) return 'source-not-ours';
    if (payload.length > largestPayloadBytes[family]) return 'message-too-long';
    return interfaces.isDownToward(to.address, bound) ? 'interface-down' : undefined;
  }

  /** The first try may fail with what the path said about an earlier datagram; that has its own way. */
  #sendTwice(): number | undefined {
    const { leaving } = this.#memory;
    if (leaving.sendFirst(this.#fd) >= 0) return undefined;
    const result = leaving.sendFirst(this.#fd);
    return result >= 0 ? undefined : -result;
  }

  #writeControl(from: number, { source, ttl }: SendOptions): number {
    const { control } = this.#memory.leaving;
    const behind = source === undefined ? from : writeSource(control, from, source);
    return ttl === undefined ? behind : writeTtl(control, behind, this.#options.family, ttl);
  }

  /** The contract's addresses have no zone: a link-local one is on the interface that is bound. */
  #scopeOf(address: Ip): number {
    const bound = this.#options.interface;
    if (bound === undefined || !isLinkLocal(address)) return 0;
    return this.#host.interfaces.find(bound)?.index ?? 0;
  }

  /** DF, or no fragmenting here, is an option of the socket and not of the datagram. */
  #allowFragments(allowed: boolean): void {
    if (allowed === this.#isFragmentable) return;
    this.#isFragmentable = allowed;
    const mode = allowed ? mtuDiscovery.off : mtuDiscovery.probe;
    if (this.#options.family === 4) {
      setOption(this.#fd, socketOption.ipMtuDiscover, mode);
      return;
    }
    setOption(this.#fd, socketOption.ipv6MtuDiscover, mode);
    setOption(this.#fd, socketOption.ipv6DontFragment, allowed ? 0 : 1);
  }

  #onReady(ready: number): void {
    if ((ready & epollEvent.failed) !== 0) this.#readErrors();
    for (let round = 0; round < roundsATurn && !this.#isClosed; round++) {
      const count = this.#memory.arriving.receive(this.#fd);
      if (count === -errno.EAGAIN) return;
      for (let slot = 0; slot < count && !this.#isClosed; slot++) this.#deliver(slot);
    }
  }

  #deliver(slot: number): void {
    const { arriving } = this.#memory;
    const from = arriving.peer(slot);
    if (from === undefined) return;
    const facts = this.#facts;
    facts.segmentBytes = 0;
    readArrivalFacts(arriving.control, arriving.controlAt(slot), arriving.controlEnd(slot), facts);
    const whole = arriving.payload(slot);
    const size = facts.segmentBytes || whole.length;
    const arrived = {
      from,
      to: { address: facts.destination, port: this.local.port },
      interface: this.#host.interfaces.nameOf(facts.interfaceIndex),
      ttl: facts.ttl,
    };
    let at = 0;
    do {
      this.#events.received({ ...arrived, payload: whole.subarray(at, at + size) });
      at += size;
    } while (at < whole.length && !this.#isClosed);
  }

  #readErrors(): void {
    const { arriving } = this.#memory;
    const count = arriving.receive(this.#fd, messageFlag.errorQueue | messageFlag.dontWait);
    for (let slot = 0; slot < count && !this.#isClosed; slot++) {
      const [from, end] = [arriving.controlAt(slot), arriving.controlEnd(slot)];
      const error = readExtendedError(arriving.control, from, end);
      const destination = arriving.peer(slot);
      const told = error && destination && pathErrorOf(error, destination);
      if (told) this.#events.pathError?.(told);
    }
  }
}
