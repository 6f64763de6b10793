/**
 * One end of a flow over UDP: its socket and its peer.
 *
 * The opener sends `open` until it hears anything of the flow, so that its NAT box lets answers in.
 * The other end learns from it where its peer is; the newest `open` wins, because a NAT box that
 * forgot the first mapping has made another.
 */
import type { Endpoint } from '../base/address.ts';
import type {
  DatagramArrived,
  DatagramEvents,
  DatagramSocket,
  Host,
  PathError,
} from '../host/host.ts';
import {
  emitFlow,
  type FlowDatagram,
  type FlowKind,
  flowHeaderBytes,
  flowIdOf,
  parseFlow,
} from '../wire/flow.ts';
import { isMalformed } from '../wire/malformed.ts';
import type { FlowEnd, FlowEvents } from './flow-end.ts';
import type { FlowSettings } from './flow-settings.ts';
import { noteFlow } from './records.ts';
import { type Repetition, repeatUntilStopped } from './repetition.ts';

/** Hears its socket itself: of ten thousand flows nothing should be touched that is only between. */
export class DatagramFlowEnd implements FlowEnd, DatagramEvents {
  readonly host: Host;
  readonly settings: FlowSettings;
  /** What finds no room is lost, as on any hop. */
  readonly isBlocked = false;
  readonly id: number;
  readonly socket: DatagramSocket;
  readonly events: FlowEvents;
  readonly buffer: Uint8Array;
  peer: Endpoint | undefined;
  isOpen = false;
  opening: Repetition | undefined = undefined;

  constructor(host: Host, settings: FlowSettings, events: FlowEvents) {
    this.host = host;
    this.settings = settings;
    this.id = flowIdOf(settings.flow);
    const named = settings.interface === undefined ? {} : { interface: settings.interface };
    const { family, port } = settings;
    this.socket = host.openDatagramSocket({ family, port, ...named }, this);
    this.events = events;
    this.buffer = new Uint8Array(settings.payloadBytes);
    this.peer = settings.opens ? settings.peer : undefined;
  }

  begin(): void {
    this.opening = repeatUntilStopped(this.host.clock, () => this.#sendControl('open'));
  }

  send(kind: FlowKind, number: number, bytes: number, sentAtNs: number): void {
    emitFlow(this.buffer, 0, { kind, flow: this.id, number, sentAtNs, bytes });
    const { buffer } = this;
    const payload = bytes === buffer.length ? buffer : buffer.subarray(0, bytes);
    const outcome = this.socket.send(payload, this.peer!);
    if (outcome === 'sent') return;
    noteFlow(this.host.records, 'path.error', { flow: this.settings.flow, error: outcome });
  }

  /** The same endpoint is kept, so that it need not be collected. */
  turnTo(from: Endpoint): void {
    const { peer } = this;
    if (peer?.address !== from.address || peer.port !== from.port) this.peer = from;
  }

  close(): void {
    this.opening?.stop();
    this.socket.close();
  }

  received({ payload, from }: DatagramArrived): void {
    const { records } = this.host;
    const { flow } = this.settings;
    const datagram = parseFlow(payload, 0, payload.length);
    if (isMalformed(datagram)) noteFlow(records, 'datagram.corrupt', { flow });
    else if (datagram.flow !== this.id) noteFlow(records, 'datagram.stray', { flow });
    else this.#hear(datagram, from);
  }

  pathError({ kind }: PathError): void {
    noteFlow(this.host.records, 'path.error', { flow: this.settings.flow, error: kind });
  }

  #hear(datagram: FlowDatagram, from: Endpoint): void {
    if (datagram.kind === 'open') {
      this.turnTo(from);
      this.#sendControl('open-ack');
      this.#settle();
      return;
    }
    if (this.settings.opens) this.#settle();
    if (datagram.kind !== 'open-ack') this.events.received(datagram, from);
  }

  #sendControl(kind: FlowKind): void {
    this.send(kind, 0, flowHeaderBytes, this.host.clock.nowNs());
  }

  #settle(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.opening?.stop();
    this.events.opened();
  }
}
