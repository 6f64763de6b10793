/** A stream to where no route leads: its user is told so, later, as of all that the network does. */
import { anyIpv4, anyIpv6, type Endpoint, familyOf } from '../base/address.ts';
import type { Stream, StreamEvents, StreamFigures } from '../host/stream.ts';
import { noFigures, type StreamOwner } from './table-stream.ts';

export class NowhereStream implements Stream {
  isAwaited = false;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #events: StreamEvents;
  readonly #owner: StreamOwner;

  constructor(to: Endpoint, events: StreamEvents, owner: StreamOwner) {
    this.local = { address: familyOf(to.address) === 4 ? anyIpv4 : anyIpv6, port: 0 };
    this.remote = to;
    this.#events = events;
    this.#owner = owner;
  }

  serve(): void {
    this.#owner.guard(() => this.#events.closed?.('unreachable'));
  }

  write(): number {
    return 0;
  }

  figures(): StreamFigures {
    return noFigures;
  }

  end(): void {}
  abort(): void {}
  pause(): void {}
  resume(): void {}
}
