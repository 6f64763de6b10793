/** A stream to a destination by way of a proxy: one stream to the proxy, which it tells where to go on to. */
import type { Endpoint } from '../base/address.ts';
import type { Host } from '../host/host.ts';
import type { Stream, StreamEnd, StreamEvents, StreamFigures } from '../host/stream.ts';
import type { Verdict } from '../wire/tunnel.ts';
import { FirstMessage } from './first-message.ts';

/** Opens a stream to the proxy. */
export type OpenCarrier = (events: StreamEvents) => Stream;

export interface ProxiedOptions {
  readonly clock: Host['clock'];
  readonly destination: Endpoint;
  readonly openCarrier: OpenCarrier;
  /** What the proxy is told first. */
  readonly request: Uint8Array;
  /** The proxy hung up without a word: the session is none to it. */
  readonly unknown: () => void;
}

export class ProxiedStream implements Stream {
  readonly remote: Endpoint;
  readonly #options: ProxiedOptions;
  readonly #events: StreamEvents;
  readonly #carrier: Stream;
  readonly #first = new FirstMessage();
  #isOpen = false;
  #verdict: Exclude<Verdict, 'connected'> | undefined;
  #isAborted = false;
  #isPaused = false;
  /** Came behind the verdict, while its user was paused. */
  #held: Uint8Array | undefined;

  constructor(options: ProxiedOptions, events: StreamEvents) {
    this.#options = options;
    this.#events = events;
    this.remote = options.destination;
    this.#carrier = options.openCarrier({
      connected: () => void this.#carrier.write(options.request),
      received: (bytes) => this.#take(bytes),
      drained: () => this.#events.drained?.(),
      ended: () => this.#hearEnd(),
      closed: (reason) => this.#hearClose(reason),
    });
  }

  get local(): Endpoint {
    return this.#carrier.local;
  }

  write(bytes: Uint8Array): number {
    return this.#isOpen ? this.#carrier.write(bytes) : 0;
  }

  end(): void {
    this.#carrier.end();
  }

  abort(): void {
    this.#isAborted = true;
    this.#carrier.abort();
  }

  pause(): void {
    this.#isPaused = true;
    this.#carrier.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#held === undefined) this.#carrier.resume();
    else this.#options.clock.after(0, () => this.#deliverHeld());
  }

  figures(): StreamFigures {
    return this.#carrier.figures();
  }

  #take(bytes: Uint8Array): void {
    if (this.#isOpen) {
      this.#events.received(bytes);
      return;
    }
    const read = this.#first.take(bytes);
    if (read.kind === 'more') return;
    if (read.kind === 'wrong' || read.message.kind !== 'verdict') {
      this.#carrier.abort();
      return;
    }
    const { verdict } = read.message;
    if (verdict === 'connected') this.#open(read.rest);
    else this.#verdict = verdict;
  }

  #open(rest: Uint8Array): void {
    this.#isOpen = true;
    this.#events.connected?.();
    if (rest.length === 0) return;
    if (this.#isPaused) this.#held = rest.slice();
    else this.#events.received(rest);
  }

  #deliverHeld(): void {
    const held = this.#held;
    if (held === undefined || this.#isPaused) return;
    this.#held = undefined;
    this.#events.received(held);
    if (!this.#isPaused) this.#carrier.resume();
  }

  #hearEnd(): void {
    if (this.#isOpen) this.#events.ended?.();
    else this.#carrier.end();
  }

  #hearClose(reason: StreamEnd): void {
    if (this.#isOpen || this.#isAborted) {
      this.#events.closed?.(reason);
      return;
    }
    if (reason === 'reset' && this.#verdict === undefined) this.#options.unknown();
    this.#events.closed?.(this.#verdict ?? whyUnheard(reason));
  }
}

/** Without a word from the proxy: to the application it is not the destination that refused. */
function whyUnheard(reason: StreamEnd): StreamEnd {
  return reason === 'timed-out' ? 'timed-out' : 'unreachable';
}
