/** A UDP socket on a node, whose arrivals the kernel stamps: who is late in reading them loses nothing. */
import { type Endpoint, type Ip, parseIp } from '../../../src/base/address.ts';
import { nsPerSecond } from '../../../src/base/time.ts';
import { type ArrivalFacts, readArrivalFacts } from '../../../src/linux/control-message.ts';
import { closeDescriptor } from '../../../src/linux/descriptor.ts';
import { read64 } from '../../../src/linux/layout.ts';
import { MessageBatch } from '../../../src/linux/message-batch.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import {
  bindSocket,
  enlargeReceiveBuffer,
  openSocket,
  setOption,
  socketOption,
} from '../../../src/linux/socket.ts';
import { addressFamily } from '../../../src/linux/socket-address.ts';
import { bindCall, checkCall } from '../../../src/linux/system-call.ts';

const clockCall = bindCall('clock_gettime', 'int', ['int', 'bytes']);
const realTimeClock = 0;
const slots = 64;
const payloadRoom = 1_500;
/** Room for the largest burst, with what the kernel takes beside each datagram. */
const bufferBytes = 16 * 1024 * 1024;

export interface Arrival {
  readonly payload: Uint8Array;
  /** On the wall clock, counted from the second that is handed in. */
  readonly arrivedNs: number;
}

export class ProbeSocket implements Disposable {
  readonly #fd: number;
  readonly #batch = new MessageBatch(slots, payloadRoom);

  constructor(namespacePath: string, port: number) {
    using namespace = NetworkNamespace.open(namespacePath);
    this.#fd = runInNamespace(namespace, () => openSocket(addressFamily.ipv4, 'datagram'));
    bindSocket(this.#fd, { address: anyAddress, port });
    setOption(this.#fd, socketOption.timestampNs, 1);
    enlargeReceiveBuffer(this.#fd, bufferBytes);
    setOption(this.#fd, socketOption.sendBuffer, bufferBytes);
  }

  send(payload: Uint8Array, to: Endpoint): void {
    this.#batch.put(0, payload, to);
    this.#batch.sendFirst(this.#fd);
  }

  /** So many times the same, as fast as the kernel takes them. */
  sendMany(payload: Uint8Array, to: Endpoint, count: number): void {
    for (let slot = 0; slot < slots; slot++) this.#batch.put(slot, payload, to);
    for (let left = count; left > 0; ) {
      const sent = this.#batch.send(this.#fd, Math.min(left, slots));
      if (sent <= 0) return;
      left -= sent;
    }
  }

  /** All that has come since the last time. */
  drain(sinceSeconds: number): Arrival[] {
    const arrivals: Arrival[] = [];
    for (;;) {
      const count = this.#batch.receive(this.#fd);
      if (count <= 0) return arrivals;
      for (let slot = 0; slot < count; slot++) {
        arrivals.push({
          payload: this.#batch.payload(slot).slice(),
          arrivedNs: this.#arrivedNs(slot, sinceSeconds),
        });
      }
    }
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#fd);
  }

  #arrivedNs(slot: number, sinceSeconds: number): number {
    const facts: ArrivalFacts = {
      ...{ destination: anyAddress, interfaceIndex: 0, ttl: 0, seconds: 0, nanoseconds: 0 },
    };
    const { control } = this.#batch;
    readArrivalFacts(control, this.#batch.controlAt(slot), this.#batch.controlEnd(slot), facts);
    return (facts.seconds - sinceSeconds) * nsPerSecond + facts.nanoseconds;
  }
}

const anyAddress: Ip = parseIp('0.0.0.0')!;
const time = new Uint8Array(16);

/** The wall clock, by which the kernel stamps. */
export function readWallClock(sinceSeconds: number): number {
  checkCall(clockCall(realTimeClock, time), 'clock_gettime', 'CLOCK_REALTIME');
  return (read64(time, 0) - sinceSeconds) * nsPerSecond + read64(time, 8);
}

export function wallSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
