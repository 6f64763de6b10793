/**
 * Many datagrams a call: recvmmsg(2) and sendmmsg(2) over memory that is laid out once. Each slot has a
 * peer's address, a payload, and room for control messages.
 *
 * struct mmsghdr (linux/socket.h): msg_name 0, msg_namelen 8, msg_iov 16, msg_iovlen 24, msg_control 32,
 * msg_controllen 40, msg_flags 48, msg_len 56; 64 bytes. struct iovec: iov_base 0, iov_len 8.
 */
import type { Endpoint } from '../base/address.ts';
import { addressOf, read32, write32, write64 } from './layout.ts';
import { readSocketAddress, socketAddressBytes, writeSocketAddress } from './socket-address.ts';
import { bindCall, lastErrno } from './system-call.ts';

const receiveCall = bindCall('recvmmsg', 'int', ['int', 'bytes', 'int', 'int', 'bytes']);
const sendCall = bindCall('sendmmsg', 'int', ['int', 'bytes', 'int', 'int']);
const sendOneCall = bindCall('sendmsg', 'long', ['int', 'bytes', 'int']);

const header = {
  bytes: 64,
  name: 0,
  nameLength: 8,
  vector: 16,
  vectorLength: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
} as const;
const vectorBytes = 16;
const controlRoom = 256;

/** linux/socket.h. */
export const messageFlag = { dontWait: 0x40, errorQueue: 0x2000, truncated: 0x20 } as const;

export class MessageBatch {
  readonly slots: number;
  readonly payloadRoom: number;
  /** Where the control messages of slot `i` begin: `controlAt(i)`. */
  readonly control: Uint8Array;
  readonly #headers: Uint8Array;
  readonly #names: Uint8Array;
  readonly #vectors: Uint8Array;
  readonly #payloads: Uint8Array;

  constructor(slots: number, payloadRoom: number) {
    this.slots = slots;
    this.payloadRoom = payloadRoom;
    this.control = new Uint8Array(slots * controlRoom);
    this.#headers = new Uint8Array(slots * header.bytes);
    this.#names = new Uint8Array(slots * socketAddressBytes);
    this.#vectors = new Uint8Array(slots * vectorBytes);
    this.#payloads = new Uint8Array(slots * payloadRoom);
    const vectors = addressOf(this.#vectors);
    for (let slot = 0; slot < slots; slot++) {
      write64(this.#headers, slot * header.bytes + header.vector, vectors + slot * vectorBytes);
      write64(this.#headers, slot * header.bytes + header.vectorLength, 1);
    }
    this.#pointEach(header.name, this.#names, socketAddressBytes);
    this.#pointEach(header.control, this.control, controlRoom);
    const payloads = addressOf(this.#payloads);
    for (let slot = 0; slot < slots; slot++) {
      write64(this.#vectors, slot * vectorBytes, payloads + slot * payloadRoom);
    }
  }

  /** How many came, or -errno. What is read of a slot is good until the next `receive`. */
  receive(fd: number, flags: number = messageFlag.dontWait): number {
    for (let slot = 0; slot < this.slots; slot++) this.#emptySlot(slot);
    const count = receiveCall(fd, this.#headers, this.slots, flags, null);
    return count < 0 ? -lastErrno() : count;
  }

  payload(slot: number): Uint8Array {
    const from = slot * this.payloadRoom;
    return this.#payloads.subarray(from, from + this.#field(slot, header.length));
  }

  /** Who sent it, or, of an error, whom the datagram was for. */
  peer(slot: number): Endpoint | undefined {
    return readSocketAddress(this.#names, slot * socketAddressBytes);
  }

  isTruncated(slot: number): boolean {
    return (this.#field(slot, header.flags) & messageFlag.truncated) !== 0;
  }

  controlAt(slot: number): number {
    return slot * controlRoom;
  }

  controlEnd(slot: number): number {
    return slot * controlRoom + this.#field(slot, header.controlLength);
  }

  /** Fills a slot that is to be sent; its control messages stand at `controlAt`, `controlLength` long. */
  put(slot: number, payload: Uint8Array, to: Endpoint, controlLength = 0, scope = 0): void {
    const at = slot * header.bytes;
    const name = slot * socketAddressBytes;
    write32(
      this.#headers,
      at + header.nameLength,
      writeSocketAddress(this.#names, name, to, scope),
    );
    write64(this.#headers, at + header.controlLength, controlLength);
    write32(this.#headers, at + header.flags, 0);
    write64(this.#vectors, slot * vectorBytes + 8, payload.length);
    this.#payloads.set(payload, slot * this.payloadRoom);
  }

  /** Behind what `put` put there; the caller knows that there is room. */
  append(slot: number, payload: Uint8Array): void {
    const at = slot * vectorBytes + 8;
    const length = read32(this.#vectors, at);
    this.#payloads.set(payload, slot * this.payloadRoom + length);
    write32(this.#vectors, at, length + payload.length);
  }

  /** What stands in a slot that is to be sent. */
  outgoing(slot: number): Uint8Array {
    const from = slot * this.payloadRoom;
    return this.#payloads.subarray(from, from + read32(this.#vectors, slot * vectorBytes + 8));
  }

  setControlLength(slot: number, bytes: number): void {
    write64(this.#headers, slot * header.bytes + header.controlLength, bytes);
  }

  /** How many of the first `count` slots went, or -errno of the first. */
  send(fd: number, count: number): number {
    const sent = sendCall(fd, this.#headers, count, messageFlag.dontWait);
    return sent < 0 ? -lastErrno() : sent;
  }

  /** Sends the first slot: 0 or more, or -errno. */
  sendFirst(fd: number): number {
    const sent = sendOneCall(fd, this.#headers, messageFlag.dontWait);
    return sent < 0 ? -lastErrno() : sent;
  }

  #emptySlot(slot: number): void {
    const at = slot * header.bytes;
    write32(this.#headers, at + header.nameLength, socketAddressBytes);
    write64(this.#headers, at + header.controlLength, controlRoom);
    write64(this.#vectors, slot * vectorBytes + 8, this.payloadRoom);
  }

  #field(slot: number, field: number): number {
    return read32(this.#headers, slot * header.bytes + field);
  }

  #pointEach(field: number, memory: Uint8Array, stride: number): void {
    const start = addressOf(memory);
    for (let slot = 0; slot < this.slots; slot++) {
      write64(this.#headers, slot * header.bytes + field, start + slot * stride);
    }
  }
}
