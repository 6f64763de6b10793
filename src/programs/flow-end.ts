/**
 * One end of a flow: its socket, its peer, and the opening, which both roles share.
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
import type { FlowSettings } from './flow-settings.ts';
import { noteFlow } from './records.ts';
import { type Repetition, repeatUntilStopped } from './repetition.ts';

export interface FlowEvents {
  /** Once: both ends know of each other, as far as this one can tell. */
  opened(): void;
  /** Anything of this flow but the opening. */
  received(datagram: FlowDatagram, from: Endpoint): void;
}

/** Hears its socket itself: of ten thousand flows nothing should be touched that is only between. */
export class FlowEnd implements DatagramEvents {
  readonly host: Host;
  readonly settings: FlowSettings;
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

  received(arrived: DatagramArrived): void {
    receive(this, arrived);
  }

  pathError({ kind }: PathError): void {
    noteFlow(this.host.records, 'path.error', { flow: this.settings.flow, error: kind });
  }
}

export function openFlowEnd(host: Host, settings: FlowSettings, events: FlowEvents): FlowEnd {
  const end = new FlowEnd(host, settings, events);
  host.lifecycle.ready();
  if (settings.opens) {
    noteFlow(host.records, 'flow.opened', { flow: settings.flow });
    end.opening = repeatUntilStopped(host.clock, () => sendControl(end, 'open', 0));
  }
  return end;
}

/** To the peer, which is known once the flow is open. */
export function sendFlow(
  end: FlowEnd,
  kind: FlowKind,
  number: number,
  bytes: number,
  sentAtNs: number,
): void {
  emitFlow(end.buffer, 0, { kind, flow: end.id, number, sentAtNs, bytes });
  const { buffer } = end;
  const payload = bytes === buffer.length ? buffer : buffer.subarray(0, bytes);
  const outcome = end.socket.send(payload, end.peer!);
  if (outcome === 'sent') return;
  noteFlow(end.host.records, 'path.error', { flow: end.settings.flow, error: outcome });
}

export function sendControl(end: FlowEnd, kind: FlowKind, number: number): void {
  sendFlow(end, kind, number, flowHeaderBytes, end.host.clock.nowNs());
}

export function closeFlowEnd(end: FlowEnd): void {
  end.opening?.stop();
  end.socket.close();
}

function receive(end: FlowEnd, { payload, from }: DatagramArrived): void {
  const { records } = end.host;
  const { flow } = end.settings;
  const datagram = parseFlow(payload, 0, payload.length);
  if (isMalformed(datagram)) noteFlow(records, 'datagram.corrupt', { flow });
  else if (datagram.flow !== end.id) noteFlow(records, 'datagram.stray', { flow });
  else if (datagram.kind === 'open') welcome(end, from);
  else {
    if (end.settings.opens) settle(end);
    if (datagram.kind !== 'open-ack') end.events.received(datagram, from);
  }
}

/** From where the peer was heard last; the same endpoint is kept, so that it need not be collected. */
export function turnTo(end: FlowEnd, from: Endpoint): void {
  const { peer } = end;
  if (peer?.address !== from.address || peer.port !== from.port) end.peer = from;
}

function welcome(end: FlowEnd, from: Endpoint): void {
  turnTo(end, from);
  sendControl(end, 'open-ack', 0);
  settle(end);
}

function settle(end: FlowEnd): void {
  if (end.isOpen) return;
  end.isOpen = true;
  end.opening?.stop();
  end.events.opened();
}
