/** The hub's end of its control descriptor: requests in, replies and records out, and nothing blocks. */
import { readDescriptor, writeDescriptor } from '../../../src/linux/descriptor.ts';
import { errno, SystemCallError } from '../../../src/linux/system-call.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { frameMessage, MessageReader } from './framing.ts';
import type { HubReply, HubRequest } from './messages.ts';

const readRoom = 65_536;
/** So many records go in one message. */
const recordsAMessage = 512;
/** An orchestrator that does not read may have this much waiting for it; what is dropped is counted. */
const mostWaiting = 65_536;

export class ControlChannel {
  readonly fd: number;
  closed = false;
  /** Records that found no room. */
  lostRecords = 0;
  readonly #room = new Uint8Array(readRoom);
  readonly #reader: MessageReader<HubRequest>;
  readonly #outbox: Uint8Array[] = [];
  #records: TraceRecord[] = [];

  constructor(fd: number, onRequest: (request: HubRequest) => void) {
    this.fd = fd;
    this.#reader = new MessageReader(onRequest);
  }

  get hasWaiting(): boolean {
    return this.#records.length > 0 || this.#outbox.length > 0;
  }

  /** What has come; at the end of the stream the channel is closed. */
  receive(): void {
    while (!this.closed) {
      const length = readDescriptor(this.fd, this.#room);
      if (length === undefined) return;
      if (length === 0) this.closed = true;
      else this.#reader.push(this.#room.subarray(0, length));
    }
  }

  record(record: TraceRecord): void {
    if (this.#records.length < mostWaiting) this.#records.push(record);
    else this.lostRecords++;
  }

  /** Behind all records so far. */
  reply(reply: HubReply): void {
    this.#packRecords();
    this.#outbox.push(frameMessage(reply));
    this.send();
  }

  /** As much as the socket takes now. */
  send(): void {
    if (this.#outbox.length === 0) this.#packRecords();
    while (this.#outbox.length > 0 && !this.closed) {
      const first = this.#outbox[0]!;
      const written = this.#write(first);
      if (written < first.length) this.#outbox[0] = first.subarray(written);
      else this.#outbox.shift();
      if (written === 0) return;
    }
  }

  #packRecords(): void {
    for (let at = 0; at < this.#records.length; at += recordsAMessage) {
      const records = this.#records.slice(at, at + recordsAMessage);
      this.#outbox.push(frameMessage({ kind: 'records', records } satisfies HubReply));
    }
    this.#records = [];
  }

  #write(bytes: Uint8Array): number {
    try {
      return writeDescriptor(this.fd, bytes) ?? 0;
    } catch (error) {
      if (!(error instanceof SystemCallError) || error.errno !== errno.EPIPE) throw error;
      this.closed = true;
      return 0;
    }
  }
}
