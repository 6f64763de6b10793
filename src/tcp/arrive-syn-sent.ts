/** An answer to our SYN, or a SYN that crossed it (RFC 9293 3.10.7.3). */
import { tcpFlag } from '../wire/tcp.ts';
import { heedAck } from './acknowledge.ts';
import { heedSyn } from './adopt.ts';
import { resetWith } from './arrive-closed.ts';
import { acceptText } from './arrive-text.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { becomeEstablished } from './established.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { flush } from './output.ts';
import { resendSegment } from './send-segment.ts';
import type { TcpSink } from './sink.ts';
import { endConnection, enter } from './transition.ts';

export function arriveSynSent(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { send } = connection;
  const { flags, acknowledgment } = segment;
  const hasAck = (flags & tcpFlag.ack) !== 0;
  const isReset = (flags & tcpFlag.rst) !== 0;
  if (hasAck && (acknowledgment <= send.iss || acknowledgment > send.nxt)) {
    if (!isReset) resetWith(machine, segment, segment.wireAcknowledgment, sink);
    return;
  }
  if (isReset) {
    if (hasAck) endConnection(machine, connection, 'refused', sink);
    return;
  }
  if ((flags & tcpFlag.syn) === 0) return;
  segment.sequence = segment.wireSequence;
  const layer = connection.multipath === 0 ? undefined : machine.multipath;
  if (layer !== undefined && hasAck && layer.arrived(connection, segment, nowNs) !== 'goes-on') {
    resetWith(machine, segment, segment.wireAcknowledgment, sink);
    endConnection(machine, connection, 'refused', sink);
    return;
  }
  heedSyn(connection, nowNs, segment);
  // Our own SYN offered a window, counted from here now.
  const { receive, settings } = connection;
  receive.offeredTo = receive.nxt + Math.min(65_535, settings.receiveBufferBytes);
  if (hasAck) finishHandshake(machine, nowNs, connection, segment, sink);
  else crossSyns(machine, nowNs, connection, sink);
}

function finishHandshake(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  // RFC 3168 6.1.1: on a SYN-ACK the bit agrees to ECN and tells of no congestion.
  segment.flags &= ~tcpFlag.ece;
  heedAck(machine, nowNs, connection, segment, sink);
  // RFC 7323 2.2: unscaled once more, which heeding the ACK took for scaled.
  connection.send.windowBytes = segment.window;
  connection.send.maxWindowBytes = segment.window;
  becomeEstablished(machine, nowNs, connection, sink);
  connection.receive.isAckOwed = true;
  segment.sequence += 1;
  acceptText(machine, nowNs, connection, segment, sink);
  if (connection.multipath !== 0) machine.multipath?.stored(connection, nowNs);
  flush(machine, nowNs, connection, sink);
}

/** RFC 9293 3.5, simultaneous open: our SYN again, now with an ACK. */
function crossSyns(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  enter(connection, 'syn-received', sink);
  resendSegment(machine, nowNs, connection, 0, sink);
  settleTimers(machine, connection);
}
