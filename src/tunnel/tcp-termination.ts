/**
 * TCP of unmodified applications ends here, whatever address they speak to: for each connection a stream is
 * opened to where it was to go, and the two are joined. The SYN waits until that stream stands, so that an
 * application is never told of a connection that there is not (RFC 3135 4.1.3 names that danger).
 */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import { RopewalkError } from '../base/errors.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Host, Timer, VirtualInterface } from '../host/host.ts';
import type { Stream, StreamEnd, StreamEvents } from '../host/stream.ts';
import { errorAbout } from '../ip/error-packet.ts';
import { StreamTable } from '../sockets/stream-table.ts';
import type { StreamOwner } from '../sockets/table-stream.ts';
import type { ConnectionSettings } from '../tcp/settings.ts';
import { StreamPair } from './stream-pair.ts';
import { flowKey, type Turn, turnOf } from './syn.ts';
import { VirtualGround } from './virtual-ground.ts';

/** Opens a stream to where an application wants to go. What stands in its way comes to `closed`. */
export type OpenFar = (
  destination: Endpoint,
  events: StreamEvents,
  application: Endpoint,
) => Stream;

export interface TerminationOptions {
  readonly host: Pick<Host, 'node' | 'random' | 'clock' | 'records'>;
  readonly openFar: OpenFar;
  /** Runs what answers a callback; left out: what is thrown goes on. */
  readonly guard?: (callback: () => void) => void;
}

/** More that wait for their far side are not taken: the application's kernel asks again. */
const mostOpening = 4_096;
/** Between an application and here is one device: nothing old can be on its way for longer. */
const nearSettings: Partial<ConnectionSettings> = {
  receiveBufferBytes: 1_048_576,
  sendBufferBytes: 1_048_576,
  timeWaitNs: nsPerSecond,
  isNoDelay: true,
  probesPathMtu: false,
  ecn: 'off',
};
/** An application that was told of its connection answers within microseconds, unless it is gone. */
const answerNs = 10 * nsPerSecond;

interface Flow {
  readonly key: string;
  readonly turn: Turn;
  /** Kept until it may be answered. */
  readonly syn: Uint8Array;
  readonly pair: StreamPair;
  phase: 'opening' | 'answering' | 'joined' | 'over';
  far: Stream | undefined;
  /** Why the far side is gone, which the application is yet to be told. */
  farEnd: StreamEnd | undefined;
  patience: Timer | undefined;
}

export class TcpTermination {
  readonly #options: TerminationOptions;
  readonly #ground: VirtualGround;
  readonly #table: StreamTable;
  readonly #flows = new Map<string, Flow>();
  #opening = 0;
  #virtual: VirtualInterface | undefined;

  constructor(options: TerminationOptions) {
    this.#options = options;
    this.#ground = new VirtualGround(options.host, () => this.#table.wake());
    this.#table = new StreamTable(this.#ground);
    const accept = (near: Stream): StreamEvents => this.#accept(near);
    this.#table.listenEverywhere(nearSettings, mostOpening, accept, this.#owner());
  }

  attach(virtual: VirtualInterface): void {
    this.#virtual = virtual;
    this.#ground.attach(virtual);
  }

  get flowCount(): number {
    return this.#flows.size;
  }

  /** A packet of TCP, or an ICMP error about one, that an application sent; valid during the call. */
  receive(packet: Uint8Array): void {
    const turn = turnOf(packet);
    if (turn !== undefined) {
      const flow = this.#flows.get(flowKey(turn.application, turn.destination));
      if (turn.kind === 'reset') this.#giveUp(flow);
      else if (this.#isNew(flow, turn)) {
        this.#hold(turn, packet);
        return;
      } else if (flow?.phase === 'opening') return;
    }
    this.#table.receive(packet);
  }

  close(): void {
    for (const flow of [...this.#flows.values()]) {
      flow.patience?.cancel();
      flow.far?.abort();
    }
    this.#flows.clear();
    this.#ground.close();
  }

  #owner(): StreamOwner {
    const guard = this.#options.guard ?? ((callback: () => void) => callback());
    return { guard, adopt: () => undefined, forget: () => undefined };
  }

  #isNew(flow: Flow | undefined, { application, destination }: Turn): boolean {
    if (flow?.phase === 'opening' || flow?.phase === 'answering') return false;
    return !this.#table.knows(destination, application);
  }

  #hold(turn: Turn, packet: Uint8Array): void {
    if (this.#opening >= mostOpening) return;
    const { application, destination } = turn;
    const flow: Flow = {
      key: flowKey(application, destination),
      turn,
      syn: packet.slice(),
      pair: new StreamPair((end) => this.#finish(flow, { ...end })),
      ...{ phase: 'opening', far: undefined, farEnd: undefined, patience: undefined },
    };
    this.#flows.set(flow.key, flow);
    this.#opening += 1;
    this.#record('inner-flow.opened', flow, {});
    try {
      flow.far = this.#options.openFar(destination, this.#farEvents(flow), application);
    } catch (error) {
      if (!(error instanceof RopewalkError)) throw error;
      this.#fail(flow, 'unreachable');
    }
  }

  #farEvents(flow: Flow): StreamEvents {
    const joined = flow.pair.farEvents();
    return {
      ...joined,
      connected: () => this.#answer(flow),
      closed: (reason) => {
        if (flow.phase === 'opening') this.#fail(flow, reason);
        else if (flow.phase === 'answering') flow.farEnd = reason;
        else if (flow.phase === 'joined') joined.closed?.(reason);
      },
    };
  }

  /** The far side stands: now the application may hear of it. What it is sent meanwhile waits. */
  #answer(flow: Flow): void {
    if (flow.phase !== 'opening') return;
    flow.phase = 'answering';
    this.#opening -= 1;
    flow.far!.pause();
    this.#record('inner-flow.connected', flow, {});
    flow.patience = this.#options.host.clock.after(answerNs, () => this.#giveUp(flow));
    this.#table.receive(flow.syn);
  }

  #accept(near: Stream): StreamEvents {
    const flow = this.#flows.get(flowKey(near.remote, near.local));
    if (flow?.phase !== 'answering' || flow.farEnd !== undefined) {
      near.abort();
      if (flow?.phase === 'answering') this.#giveUp(flow);
      return { received: () => undefined };
    }
    flow.patience?.cancel();
    flow.phase = 'joined';
    flow.pair.join(near, flow.far!);
    return flow.pair.nearEvents();
  }

  /** What an application would have heard from where it wanted to go; silence is a time-out of its own. */
  #fail(flow: Flow, reason: StreamEnd): void {
    this.#opening -= 1;
    if (reason === 'refused' || reason === 'reset') this.#table.refuse(flow.syn);
    if (reason === 'unreachable') {
      this.#virtual?.inject(errorAbout(flow.syn, 'host-unreachable', 0));
    }
    this.#remove(flow, 'inner-flow.failed', { reason });
  }

  /** The application is gone before it had its connection. */
  #giveUp(flow: Flow | undefined): void {
    if (flow === undefined || (flow.phase !== 'opening' && flow.phase !== 'answering')) return;
    if (flow.phase === 'opening') this.#opening -= 1;
    flow.patience?.cancel();
    this.#remove(flow, 'inner-flow.failed', { reason: 'given-up' });
    flow.far?.abort();
  }

  #finish(flow: Flow, fields: Readonly<Record<string, string | number>>): void {
    this.#remove(flow, 'inner-flow.closed', fields);
  }

  #remove(flow: Flow, kind: string, fields: Readonly<Record<string, string | number>>): void {
    flow.phase = 'over';
    if (this.#flows.get(flow.key) === flow) this.#flows.delete(flow.key);
    this.#record(kind, flow, fields);
  }

  #record(kind: string, { turn }: Flow, fields: Readonly<Record<string, string | number>>): void {
    const application = formatEndpoint(turn.application);
    const destination = formatEndpoint(turn.destination);
    this.#options.host.records.record(kind, { application, destination, ...fields });
  }
}
