/**
 * The far end of a terminal's tunnel: it speaks plain TCP to where each stream is to go. Who does not know
 * the key gets nothing: no answer but a reset, after two seconds or one wrong word.
 */
import type { Endpoint } from '../base/address.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { Stream, StreamEvents, StreamListener } from '../host/stream.ts';
import type { TunnelMessage, Verdict } from '../wire/tunnel.ts';
import { bytesOfMessage } from './credentials.ts';
import { FirstMessage } from './first-message.ts';
import { type PairEnd, StreamPair } from './stream-pair.ts';
import { TunnelSessions } from './tunnel-sessions.ts';

export interface ProxyOptions {
  readonly port: number;
  readonly key: Uint8Array;
}

/** Strangers beyond these are hung up on at once. */
const mostUnproven = 256;
const patienceNs = 2 * nsPerSecond;

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
  readonly #unproven = new Set<Caller>();

  constructor(host: Host, { port, key }: ProxyOptions) {
    this.#host = host;
    this.#sessions = new TunnelSessions(host.random, key);
    this.#listeners = ([4, 6] as const).map((family) =>
      host.listenStream({ family, port, noDelay: true }, (stream) => this.#accept(stream)),
    );
    host.lifecycle.ready();
  }

  stop(): void {
    for (const listener of this.#listeners) listener.close();
    for (const caller of this.#unproven) caller.patience?.cancel();
  }

  #accept(stream: Stream): StreamEvents {
    const caller: Caller = {
      ...{ stream, first: new FirstMessage() },
      ...{ patience: undefined, joined: undefined, far: undefined },
    };
    if (this.#unproven.size >= mostUnproven) {
      this.#refuse(caller, 'too-many');
      return { received: () => undefined };
    }
    this.#unproven.add(caller);
    caller.patience = this.#host.clock.after(patienceNs, () => this.#refuse(caller, 'silent'));
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
