/**
 * The far end of a terminal's tunnel: it speaks plain TCP to where each stream is to go. Who does not know
 * the key gets nothing: no answer but a reset, after two seconds or one wrong word.
 */
import type { Endpoint } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Host, Timer, VirtualInterface } from '../host/host.ts';
import type { Stream, StreamEvents, StreamListener, StreamSettings } from '../host/stream.ts';
import type { TunnelMessage, Verdict } from '../wire/tunnel.ts';
import { bytesOfMessage } from './credentials.ts';
import { FirstMessage } from './first-message.ts';
import { tracePacket } from './packet-trace.ts';
import { ProxyLanes } from './proxy-lanes.ts';
import { type PairEnd, StreamPair } from './stream-pair.ts';
import { TunnelSessions } from './tunnel-sessions.ts';
import { innerMtuBytes } from './virtual-ground.ts';

export interface ProxyOptions {
  /** Of streams; packets come to the next. */
  readonly port: number;
  readonly key: Uint8Array;
  readonly transport: NonNullable<StreamSettings['transport']>;
  /** Inner addresses are of these; none: it carries no packets. */
  readonly networks: readonly Prefix[];
  /** What travels as packets is recorded, each of them and each mapping. */
  readonly traced?: boolean;
}

/** Strangers beyond these are hung up on at once. */
const mostUnproven = 256;
const patienceNs = 2 * nsPerSecond;
const virtualName = 'inner0';

/** A stream of which it is not known yet whose it is, and later what it is for. */
interface Caller {
  readonly stream: Stream;
  readonly first: FirstMessage;
  patience: Timer | undefined;
  /** Once it asked for something: what becomes of it then. */
  joined: StreamEvents | undefined;
  far: Stream | undefined;
}

export class TunnelProxy {
  readonly #host: Host;
  readonly #sessions: TunnelSessions;
  readonly #listeners: StreamListener[];
  readonly #lanes: ProxyLanes;
  readonly #virtual: VirtualInterface | undefined;
  readonly #unproven = new Set<Caller>();

  constructor(host: Host, options: ProxyOptions) {
    const { port, key, transport, networks, traced = false } = options;
    const trace = (kind: 'tunnel.ip-in' | 'tunnel.ip-out', packet: Uint8Array): void => {
      if (traced) tracePacket(host, kind, packet);
    };
    this.#host = host;
    this.#sessions = new TunnelSessions(host.random, key);
    this.#lanes = new ProxyLanes({
      ...{ host, networks, sessions: this.#sessions },
      deliver: (packet) => {
        trace('tunnel.ip-out', packet);
        this.#virtual?.inject(packet);
      },
    });
    this.#listeners = ([4, 6] as const).flatMap((family) => {
      const shared = { family, transport, noDelay: true };
      const streams = { ...shared, port };
      const packets = { ...shared, port: port + 1, multipath: { messages: true, traced } };
      return [
        host.listenStream(streams, (stream) => this.#accept(stream)),
        ...(networks.length === 0
          ? []
          : [host.listenStream(packets, (stream) => this.#acceptLane(stream))]),
      ];
    });
    if (networks.length > 0) {
      this.#virtual = host.openVirtualInterface(
        { name: virtualName, addresses: [], mtuBytes: innerMtuBytes, routes: networks },
        {
          packet: (packet) => {
            trace('tunnel.ip-in', packet);
            this.#lanes.send(packet);
          },
        },
      );
    }
    host.lifecycle.ready();
  }

  stop(): void {
    for (const listener of this.#listeners) listener.close();
    for (const caller of this.#unproven) caller.patience?.cancel();
    this.#virtual?.close();
  }

  #accept(stream: Stream): StreamEvents {
    const caller = this.#welcome(stream);
    if (caller === undefined) return { received: () => undefined };
    return {
      received: (bytes) =>
        caller.joined === undefined ? this.#hear(caller, bytes) : caller.joined.received(bytes),
      drained: () => caller.joined?.drained?.(),
      ended: () => (caller.joined === undefined ? stream.end() : caller.joined.ended?.()),
      closed: (reason) => {
        this.#prove(caller);
        if (caller.joined === undefined) caller.far?.abort();
        else caller.joined.closed?.(reason);
      },
    };
  }

  #acceptLane(stream: Stream): StreamEvents {
    const caller = this.#welcome(stream);
    if (caller === undefined) return { received: () => undefined };
    return this.#lanes.take(stream, {
      proven: () => this.#prove(caller),
      refused: (reason) => this.#refuse(caller, reason),
      gone: () => this.#prove(caller),
    });
  }

  /** Undefined: there are too many strangers already. */
  #welcome(stream: Stream): Caller | undefined {
    const caller: Caller = {
      ...{ stream, first: new FirstMessage() },
      ...{ patience: undefined, joined: undefined, far: undefined },
    };
    if (this.#unproven.size >= mostUnproven) {
      this.#refuse(caller, 'too-many');
      return undefined;
    }
    this.#unproven.add(caller);
    caller.patience = this.#host.clock.after(patienceNs, () => this.#refuse(caller, 'silent'));
    return caller;
  }

  #hear(caller: Caller, bytes: Uint8Array): void {
    const read = caller.first.take(bytes);
    if (read.kind === 'more') return;
    if (read.kind === 'wrong' || read.rest.length > 0) this.#refuse(caller, 'malformed');
    else this.#heed(caller, read.message);
  }

  #heed(caller: Caller, message: TunnelMessage): void {
    switch (message.kind) {
      case 'hello':
        caller.stream.write(this.#sessions.welcome(message));
        return;
      case 'request': {
        const problem = this.#sessions.problemOf(message);
        if (problem !== undefined) this.#refuse(caller, problem);
        else this.#connect(caller, message.destination);
        return;
      }
      case 'welcome':
      case 'verdict':
        this.#refuse(caller, 'malformed');
        return;
      default:
        message satisfies never;
    }
  }

  /** It is nobody whom a timer or a limit is meant for any more. */
  #prove(caller: Caller): void {
    caller.patience?.cancel();
    this.#unproven.delete(caller);
  }

  #refuse(caller: Caller, reason: string): void {
    this.#prove(caller);
    this.#host.records.record('tunnel.refused', { reason });
    caller.stream.abort();
  }

  #connect(caller: Caller, destination: Endpoint): void {
    this.#prove(caller);
    const { stream } = caller;
    stream.pause();
    const pair = new StreamPair((end) => this.#finish(end));
    const joined = pair.farEvents();
    let isJoined = false;
    caller.far = this.#host.openStream(
      { to: destination, noDelay: true },
      {
        ...joined,
        connected: () => {
          isJoined = true;
          stream.write(verdictBytes('connected'));
          caller.joined = pair.nearEvents();
          pair.join(stream, caller.far!);
        },
        closed: (reason) => {
          if (isJoined) joined.closed?.(reason);
          else this.#tellVerdict(stream, reason);
        },
      },
    );
  }

  #tellVerdict(stream: Stream, reason: string): void {
    if (reason === 'aborted' || reason === 'finished') return;
    stream.write(verdictBytes(reason as Verdict));
    stream.end();
    stream.resume();
  }

  #finish(end: PairEnd): void {
    this.#host.records.record('inner-flow.closed', { ...end });
  }
}

function verdictBytes(verdict: Verdict): Uint8Array {
  return bytesOfMessage({ kind: 'verdict', verdict });
}
