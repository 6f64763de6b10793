/** The Linux kernel's TCP under test, in real time, behind a TUN device. Each case has ports of its own. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, type Family, familyOf } from '../../base/address.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { cString } from '../../linux/layout.ts';
import {
  bindSocket,
  connectSocket,
  getOption,
  listenSocket,
  openSocket,
  setOption,
  socketOption,
} from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import {
  acceptSocket,
  closeWithReset,
  endWriting,
  peekStream,
  receiveStream,
  sendStream,
  waitingBytes,
} from '../../linux/stream-socket.ts';
import { errno } from '../../linux/system-call.ts';
import type { SubjectSettings } from '../../tcp/conformance/case.ts';
import type { Subject } from '../../tcp/conformance/subject.ts';
import type { TcpState } from '../../tcp/connection.ts';
import type { KernelNetwork } from './kernel-network.ts';

/** How often the device is looked at, and how long what was injected is given to be heeded. */
const lookEveryMs = 1;
const settleMs = 15;

/** TCP_INFO of linux/tcp.h, whose first byte is the state. */
const tcpInfo = [6, 11] as const;

/** net/tcp_states.h, as /proc/net/tcp prints them. */
const states: readonly (TcpState | undefined)[] = [
  undefined,
  'established',
  'syn-sent',
  'syn-received',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'closed',
  'close-wait',
  'last-ack',
  'listen',
  'closing',
  'syn-received',
];

const reasons: ReadonlyMap<number, string> = new Map([
  [errno.ECONNRESET, 'closed reset'],
  [errno.EPIPE, 'closed reset'],
  [errno.ECONNREFUSED, 'closed refused'],
  [errno.ETIMEDOUT, 'closed timed-out'],
  [errno.EHOSTUNREACH, 'closed unreachable'],
]);

export class KernelSubject implements Subject, Disposable {
  readonly family: Family;
  readonly #local: Endpoint;
  readonly #remote: Endpoint;
  readonly #network: KernelNetwork;
  readonly #told = new Set<string>();
  readonly #startedNs = process.hrtime.bigint();
  #listener: number | undefined;
  #fd: number | undefined;
  #wasEstablished = false;

  constructor(network: KernelNetwork, local: Endpoint, remote: Endpoint) {
    this.family = familyOf(local.address);
    this.#local = local;
    this.#remote = remote;
    this.#network = network;
    network.forgetPaths();
  }

  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#startedNs);
  }

  listen(settings: SubjectSettings): void {
    this.#listener = this.#open(settings);
    listenSocket(this.#listener, 16);
  }

  connect(settings: SubjectSettings): void {
    this.#network.set('net/ipv4/tcp_ecn', settings.requestsEcn ? '1' : '2');
    this.#fd = this.#open(settings);
    connectSocket(this.#fd, this.#remote);
  }

  #open(settings: SubjectSettings): number {
    const family = this.family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    const fd = this.#network.within(() => openSocket(family, 'stream'));
    setOption(fd, socketOption.reuseAddress, 1);
    applySettings(fd, settings);
    bindSocket(fd, this.#local);
    return fd;
  }

  write(bytes: Uint8Array): void {
    const fd = this.#take();
    if (fd !== undefined) sendStream(fd, bytes);
  }

  read(bytes: number): Uint8Array {
    const fd = this.#take();
    const into = new Uint8Array(bytes);
    let taken = 0;
    while (fd !== undefined && taken < bytes) {
      const count = receiveStream(fd, into.subarray(taken));
      if (count <= 0) break;
      taken += count;
    }
    return into.subarray(0, taken);
  }

  close(): void {
    const fd = this.#take();
    if (fd !== undefined) endWriting(fd);
  }

  abort(): void {
    const fd = this.#take();
    if (fd === undefined) return;
    closeWithReset(fd);
    this.#forget();
  }

  release(): void {
    this.#take();
    this.#forget();
  }

  inject(packet: Uint8Array): void {
    this.#network.send(packet);
  }

  async next(untilNs: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const packet = this.#network.receive(this.#local.port);
      if (packet !== undefined || this.nowNs() >= untilNs) return packet;
      await sleep(lookEveryMs);
    }
  }

  async settle(): Promise<void> {
    await sleep(settleMs);
    this.#take();
  }

  state(): TcpState {
    // The table of all connections takes long to read: only what has no descriptor is looked up there.
    const own = this.#fd === undefined ? undefined : states[getOption(this.#fd, tcpInfo) & 0xff];
    return own !== undefined && own !== 'closed' ? own : this.#stateInTable();
  }

  #stateInTable(): TcpState {
    const name = this.family === 4 ? 'tcp' : 'tcp6';
    const table = this.#network.within(() => readFileSync(`/proc/thread-self/net/${name}`, 'utf8'));
    const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
    const mine = rows.filter((row) => row[1]?.endsWith(`:${hexPort(this.#local.port)}`));
    const found = mine.map((row) => states[Number.parseInt(row[3]!, 16)]!);
    const connection = found.find((state) => state !== 'listen');
    if (connection !== undefined) return connection;
    return found.includes('listen') && !this.#wasEstablished ? 'listen' : 'closed';
  }

  told(): ReadonlySet<string> {
    const fd = this.#take();
    if (fd === undefined) return this.#told;
    const state = this.state();
    const seen = peekStream(fd);
    if (seen === 0) this.#told.add('ended');
    for (const reason of [-seen, getOption(fd, socketOption.error)]) {
      if (reason > 0 && reason !== errno.EAGAIN) {
        this.#told.add(reasons.get(reason) ?? `errno ${reason}`);
      }
    }
    const hasReason = [...this.#told].some((what) => what.startsWith('closed'));
    if (state === 'closed' && !hasReason) this.#told.add('closed finished');
    if (state !== 'closed' && state !== 'syn-sent') this.#noteEstablished();
    return this.#told;
  }

  readableBytes(): number {
    const fd = this.#take();
    return fd === undefined ? 0 : waitingBytes(fd);
  }

  /** The connection's descriptor: of what we opened, or of what the listener has by now. */
  #take(): number | undefined {
    if (this.#fd === undefined && this.#listener !== undefined) {
      this.#fd = acceptSocket(this.#listener)?.fd;
      if (this.#fd !== undefined) this.#noteEstablished();
    }
    return this.#fd;
  }

  #noteEstablished(): void {
    this.#wasEstablished = true;
    this.#told.add('connected');
  }

  #forget(): void {
    if (this.#fd !== undefined) closeDescriptor(this.#fd);
    this.#fd = undefined;
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeWithReset(this.#fd);
    this.#forget();
    if (this.#listener !== undefined) closeDescriptor(this.#listener);
  }
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** CUBIC, as ours: other machines have other defaults. */
function applySettings(fd: number, settings: SubjectSettings): void {
  setOption(fd, socketOption.tcpCongestion, cString('cubic'));
  const { noDelay, keepAlive, userTimeoutNs, receiveBufferBytes, sendBufferBytes } = settings;
  if (noDelay) setOption(fd, socketOption.tcpNoDelay, 1);
  if (userTimeoutNs !== undefined) setOption(fd, socketOption.tcpUserTimeout, userTimeoutNs / 1e6);
  if (receiveBufferBytes !== undefined) {
    setOption(fd, socketOption.receiveBuffer, receiveBufferBytes);
  }
  if (sendBufferBytes !== undefined) setOption(fd, socketOption.sendBuffer, sendBufferBytes);
  if (keepAlive === undefined) return;
  setOption(fd, socketOption.keepAlive, 1);
  setOption(fd, socketOption.tcpKeepIdle, keepAlive.idleNs / 1e9);
  setOption(fd, socketOption.tcpKeepInterval, keepAlive.intervalNs / 1e9);
  setOption(fd, socketOption.tcpKeepCount, keepAlive.probes);
}
