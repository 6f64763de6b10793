/**
 * One end of a flow over TCP: the same messages as over UDP, one behind the other in a stream. The
 * opener connects and says which flow it is; a stream of another flow is cut.
 */
import type { Host } from '../host/host.ts';
import type { Stream, StreamEnd, StreamEvents, StreamListener } from '../host/stream.ts';
import {
  emitFlow,
  type FlowDatagram,
  type FlowKind,
  flowHeaderBytes,
  flowIdOf,
} from '../wire/flow.ts';
import type { FlowEnd, FlowEvents } from './flow-end.ts';
import { FlowFramer } from './flow-framer.ts';
import type { FlowSettings } from './flow-settings.ts';
import { noteFlow } from './records.ts';

export class StreamFlowEnd implements FlowEnd, StreamEvents {
  readonly host: Host;
  readonly settings: FlowSettings;
  isBlocked = false;
  readonly #events: FlowEvents;
  readonly #id: number;
  readonly #buffer: Uint8Array;
  readonly #framer = new FlowFramer();
  readonly #listener: StreamListener | undefined;
  #stream: Stream | undefined;
  /** What the stream had no room for, in order. */
  readonly #waiting: Uint8Array[] = [];
  #isOpen = false;
  #isEnding = false;

  constructor(host: Host, settings: FlowSettings, events: FlowEvents) {
    this.host = host;
    this.settings = settings;
    this.#events = events;
    this.#id = flowIdOf(settings.flow);
    this.#buffer = new Uint8Array(settings.payloadBytes);
    const { family, port, opens } = settings;
    this.#listener = opens
      ? undefined
      : host.listenStream({ family, port, ...this.#choices() }, (stream) => this.#accept(stream));
  }

  begin(): void {
    const { peer, interface: name } = this.settings;
    const options = { to: peer!, ...(name !== undefined && { interface: name }) };
    this.#stream = this.host.openStream({ ...options, ...this.#choices() }, this);
  }

  /** `end` is said once: nothing is lost that would have to be said again. */
  send(kind: FlowKind, number: number, bytes: number, sentAtNs: number): void {
    if (kind === 'end' && this.#isEnding) return;
    this.#isEnding ||= kind === 'end';
    emitFlow(this.#buffer, 0, { kind, flow: this.#id, number, sentAtNs, bytes });
    const message = this.#buffer.subarray(0, bytes);
    const taken = this.isBlocked ? 0 : (this.#stream?.write(message) ?? 0);
    if (taken === bytes) return;
    this.#waiting.push(message.slice(taken));
    this.isBlocked = true;
  }

  turnTo(): void {}

  close(): void {
    this.#listener?.close();
    this.#stream?.abort();
  }

  connected(): void {
    this.send('open', 0, flowHeaderBytes, this.host.clock.nowNs());
    this.#settle();
  }

  received(bytes: Uint8Array): void {
    const { flow } = this.settings;
    const isSound = this.#framer.push(bytes, (message) => {
      if (message.flow === this.#id) this.#hear(message);
      else noteFlow(this.host.records, 'datagram.stray', { flow });
    });
    if (isSound) return;
    noteFlow(this.host.records, 'datagram.corrupt', { flow });
    this.#stream?.abort();
  }

  drained(): void {
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0]!;
      const taken = this.#stream!.write(first);
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
    if (!this.isBlocked) return;
    this.isBlocked = false;
    this.#events.drained?.();
  }

  /** Both ends close when they are stopped: a stream that ends before that was cut. */
  closed(reason: StreamEnd): void {
    if (reason === 'finished' || reason === 'aborted') return;
    noteFlow(this.host.records, 'path.error', { flow: this.settings.flow, error: reason });
  }

  #accept(stream: Stream): StreamEvents {
    this.#stream?.abort();
    this.#framer.clear();
    this.#stream = stream;
    return this;
  }

  #hear(message: FlowDatagram): void {
    if (message.kind === 'end-ack') this.#noteCarried();
    if (message.kind === 'open') this.#settle();
    else this.#events.received(message, this.#stream!.remote);
  }

  #noteCarried(): void {
    const { acknowledgedBytes, retransmittedBytes } = this.#stream!.figures();
    const { flow } = this.settings;
    noteFlow(this.host.records, 'flow.carried', { flow, acknowledgedBytes, retransmittedBytes });
  }

  #settle(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#events.opened();
  }

  /** A request is not held back for the answer to the one before (RFC 9293 3.7.4). */
  #choices() {
    const { congestion, generator, transport, scheduler } = this.settings;
    return {
      noDelay: generator === 'request-response',
      ...(congestion !== undefined && { congestion }),
      ...(transport === 'mptcp' && { transport }),
      ...(scheduler !== undefined && { multipath: { scheduler } }),
    };
  }
}
