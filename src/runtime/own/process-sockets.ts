/**
 * The sockets of one process on its own stack: TCP streams and UDP, and which of them are open, for they are
 * closed with it.
 */
import type { DatagramEvents, DatagramOptions, DatagramSocket } from '../../host/host.ts';
import type {
  AcceptStream,
  Stream,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from '../../host/stream.ts';
import type { StreamOwner } from '../../sockets/table-stream.ts';
import { openDatagramSocket } from './own-datagram-socket.ts';
import { OwnStreams, type OwnStreamsOptions } from './own-streams.ts';
import type { ProcessStack } from './process-stack.ts';

export class ProcessSockets implements StreamOwner, Disposable {
  readonly node: string;
  readonly stack: ProcessStack;
  readonly #streams: OwnStreams;
  readonly #open = new Set<{ close(): void }>();

  constructor(options: OwnStreamsOptions) {
    this.node = options.node;
    this.stack = options.stack;
    this.#streams = new OwnStreams(options);
  }

  openStream(options: StreamOptions, events: StreamEvents): Stream {
    return this.#streams.table.open(options, events, this);
  }

  listenStream(options: StreamListenOptions, accept: AcceptStream): StreamListener {
    return this.#streams.table.listen(options, accept, this);
  }

  openDatagramSocket(options: DatagramOptions, events: DatagramEvents): DatagramSocket {
    return this.keep(openDatagramSocket(this, options, events));
  }

  interfacesChanged(): void {
    this.#streams.table.interfacesChanged();
  }

  /** The process is the program's own: what a callback throws ends it, as anywhere in Node. */
  guard(callback: () => void): void {
    callback();
  }

  keep<T extends { close(): void }>(opened: T): T {
    this.adopt(opened);
    return opened;
  }

  adopt(opened: { close(): void }): void {
    this.#open.add(opened);
  }

  forget(closed: { close(): void }): void {
    this.#open.delete(closed);
  }

  [Symbol.dispose](): void {
    for (const one of [...this.#open]) one.close();
    this.#streams.close();
    this.stack[Symbol.dispose]();
  }
}
