/** A segment for a listener and no connection (RFC 9293 3.10.7.2). */
import { tcpFlag } from '../wire/tcp.ts';
import { acceptSyn } from './adopt.ts';
import { arriveClosed, resetWith } from './arrive-closed.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { acceptCookie, answerWithCookie } from './cookie.ts';
import type { Listener, TcpMachine } from './machine-state.ts';
import type { TcpSink } from './sink.ts';

export function arriveListen(
  machine: TcpMachine,
  nowNs: number,
  listener: Listener,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { flags } = segment;
  if ((flags & tcpFlag.rst) !== 0) return;
  if ((flags & tcpFlag.ack) !== 0) {
    if (acceptCookie(machine, nowNs, listener, segment, sink)) return;
    resetWith(machine, segment, segment.wireAcknowledgment, sink);
    return;
  }
  if ((flags & tcpFlag.syn) === 0) return;
  if (listener.halfOpen >= listener.backlog) {
    answerWithCookie(machine, nowNs, listener, segment, sink);
    return;
  }
  const layer = segment.multipathCount === 0 ? undefined : machine.multipath;
  const multipath = layer?.synArrived(listener.id, segment, nowNs) ?? 0;
  if (multipath === 'refused') arriveClosed(machine, segment, sink);
  else acceptSyn(machine, nowNs, listener, segment, multipath, sink);
}
