/** A stream that can't be: its user is told so later, as of all that the network does. */
import { anyIpv4, anyIpv6, type Endpoint, isIpv4 } from '../base/address.ts';
import type { Host } from '../host/host.ts';
import type { Stream, StreamEnd, StreamEvents, StreamFigures } from '../host/stream.ts';
import { noFigures } from '../sockets/table-stream.ts';

export class LateStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;

  constructor(
    clock: Host['clock'],
    remote: Endpoint,
    events: StreamEvents,
    reason: StreamEnd = 'timed-out',
  ) {
    this.local = { address: isIpv4(remote.address) ? anyIpv4 : anyIpv6, port: 0 };
    this.remote = remote;
    clock.after(0, () => events.closed?.(reason));
  }

  write(): number {
    return 0;
  }

  end(): void {}
  abort(): void {}
  pause(): void {}
  resume(): void {}

  figures(): StreamFigures {
    return noFigures;
  }
}
