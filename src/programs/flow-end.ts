/** One end of a flow, whatever carries it: numbered messages to a peer. */
import type { Endpoint } from '../base/address.ts';
import type { Host } from '../host/host.ts';
import { type FlowDatagram, type FlowKind, flowHeaderBytes } from '../wire/flow.ts';
import type { FlowSettings } from './flow-settings.ts';

export interface FlowEvents {
  /** Once: both ends know of each other, as far as this one can tell. */
  opened(): void;
  /** Anything of this flow but the opening. */
  received(datagram: FlowDatagram, from: Endpoint): void;
  /** What had no room has left: more may be sent. */
  drained?(): void;
}

export interface FlowEnd {
  readonly host: Host;
  readonly settings: FlowSettings;
  /** Nothing more should be sent until `drained`: what is sent all the same waits in memory. */
  readonly isBlocked: boolean;
  begin(): void;
  /** To the peer, which is known once the flow is open. */
  send(kind: FlowKind, number: number, bytes: number, sentAtNs: number): void;
  /** From where the peer was heard last. */
  turnTo(from: Endpoint): void;
  close(): void;
}

export function sendControl(end: FlowEnd, kind: FlowKind, number: number): void {
  end.send(kind, number, flowHeaderBytes, end.host.clock.nowNs());
}
