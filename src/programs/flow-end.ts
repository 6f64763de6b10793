/**
 * One end of a flow: its socket, its peer, and the opening, which both roles share.
 *
 * The opener sends `open` until it hears anything of the flow, so that its NAT box lets answers in.
 * The other end learns from it where its peer is; the newest `open` wins, because a NAT box that
 * forgot the first mapping has made another.
 */
import type { Endpoint } from '../base/address.ts';
import type { DatagramArrived, DatagramSocket, Host } from '../host/host.ts';
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

export interface FlowEnd {
  readonly host: Host;
  readonly settings: FlowSettings;
  readonly id: number;
  readonly socket: DatagramSocket;
  readonly buffer: Uint8Array;
  peer: Endpoint | undefined;
  isOpen: boolean;
  opening: Repetition | undefined;
}

export interface FlowEvents {
  /** Once: both ends know of each other, as far as this one can tell. */
  opened(): void;
  /** Anything of this flow but the opening. */
  received(datagram: FlowDatagram, from: Endpoint): void;
}

export function openFlowEnd(host: Host, settings: FlowSettings, events: FlowEvents): FlowEnd {
  const named = settings.interface === undefined ? {} : { interface: settings.interface };
  const socket = host.openDatagramSocket(
    { family: settings.family, port: settings.port, ...named },
    {
      received: (arrived) => receive(end, arrived, events),
      pathError: ({ kind }) =>
        noteFlow(host.records, 'path.error', { flow: settings.flow, error: kind }),
    },
  );
  const end: FlowEnd = {
    host,
    settings,
    id: flowIdOf(settings.flow),
    socket,
    buffer: new Uint8Array(settings.payloadBytes),
    peer: settings.opens ? settings.peer : undefined,
    isOpen: false,
    opening: undefined,
  };
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
  const outcome = end.socket.send(end.buffer.subarray(0, bytes), end.peer!);
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

function receive(end: FlowEnd, { payload, from }: DatagramArrived, events: FlowEvents): void {
  const { records } = end.host;
  const { flow } = end.settings;
  const datagram = parseFlow(payload, 0, payload.length);
  if (isMalformed(datagram)) noteFlow(records, 'datagram.corrupt', { flow });
  else if (datagram.flow !== end.id) noteFlow(records, 'datagram.stray', { flow });
  else if (datagram.kind === 'open') welcome(end, from, events);
  else {
    if (end.settings.opens) settle(end, events);
    if (datagram.kind !== 'open-ack') events.received(datagram, from);
  }
}

function welcome(end: FlowEnd, from: Endpoint, events: FlowEvents): void {
  end.peer = from;
  sendControl(end, 'open-ack', 0);
  settle(end, events);
}

function settle(end: FlowEnd, events: FlowEvents): void {
  if (end.isOpen) return;
  end.isOpen = true;
  end.opening?.stop();
  events.opened();
}
