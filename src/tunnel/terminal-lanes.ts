/** A terminal's tunnels for packets: several streams to the proxy in parallel, of which a flow keeps to one. */
import { formatIp, type Ip, isIpv4 } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { Stream, StreamEvents } from '../host/stream.ts';
import { flowNumber, makeGreeting, whyNoPacket } from './inner-packet.ts';
import { PacketLane } from './packet-lane.ts';
import type { ProxySession } from './proxy-session.ts';

export interface LanesOptions {
  readonly host: Pick<Host, 'clock' | 'records'>;
  readonly count: number;
  /** Of the virtual interface: an IPv4 one, and perhaps an IPv6 one. */
  readonly addresses: readonly Prefix[];
  readonly session: ProxySession;
  readonly openStream: (events: StreamEvents) => Stream;
  /** A packet for the applications; valid during the call. */
  readonly deliver: (packet: Uint8Array) => void;
  /** Each lane was open once. */
  readonly ready: () => void;
}

const pauseNs = 100 * nsPerMs;
const longestPauseNs = 5 * nsPerSecond;

export class TerminalLanes {
  readonly #options: LanesOptions;
  readonly #lanes: (PacketLane | undefined)[] = [];
  readonly #timers = new Set<Timer>();
  readonly #opened = new Set<number>();
  #isClosed = false;
  #pauseNs = pauseNs;

  constructor(options: LanesOptions) {
    this.#options = options;
    for (let number = 0; number < options.count; number++) this.#open(number);
    if (options.count === 0) options.ready();
  }

  /** Packets that no lane had room for, or none was open for. */
  dropped = 0;

  send(packet: Uint8Array): void {
    const open = this.#lanes.filter((lane) => lane?.isOpen);
    const lane = open[flowNumber(packet) % Math.max(1, open.length)];
    if (lane === undefined || !lane.send(packet)) this.dropped += 1;
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    for (const lane of this.#lanes) lane?.close();
  }

  #open(number: number): void {
    const { session, addresses, openStream, host } = this.#options;
    const own = addresses.map(({ address }) => address);
    const v4 = own.find(isIpv4)!;
    const other: Ip = own.find((address) => !isIpv4(address)) ?? v4;
    const request = session.seal({ address: other, port: 0 });
    if (request === undefined) {
      this.#openLater(number);
      return;
    }
    const lane = new PacketLane({
      connected: () => {
        this.#pauseNs = pauseNs;
        lane.send(makeGreeting(v4, request));
        host.records.record('tunnel.lane-up', { lane: number, address: formatIp(v4) });
        this.#noteOpened(number);
      },
      packet: (packet) => this.#deliver(packet),
      closed: (reason) => {
        host.records.record('tunnel.lane-down', { lane: number, reason, dropped: lane.dropped });
        this.#lanes[number] = undefined;
        if (reason === 'reset') session.renew();
        this.#openLater(number);
      },
    });
    this.#lanes[number] = lane;
    lane.attach(openStream(lane.streamEvents()));
  }

  #noteOpened(number: number): void {
    const { size } = this.#opened;
    this.#opened.add(number);
    if (this.#opened.size > size && this.#opened.size === this.#options.count) {
      this.#options.ready();
    }
  }

  #deliver(packet: Uint8Array): void {
    const reason = whyNoPacket(packet);
    if (reason === undefined) this.#options.deliver(packet);
    else this.#options.host.records.record('tunnel.packet-dropped', { reason });
  }

  #openLater(number: number): void {
    if (this.#isClosed) return;
    const timer = this.#options.host.clock.after(this.#pauseNs, () => {
      this.#timers.delete(timer);
      this.#open(number);
    });
    this.#timers.add(timer);
    this.#pauseNs = Math.min(2 * this.#pauseNs, longestPauseNs);
  }
}
