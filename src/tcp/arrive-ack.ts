/** The ACK of a segment in the synchronized states (RFC 9293 3.10.7.4, fifth). */
import { never } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { heedAck } from './acknowledge.ts';
import { resetWith } from './arrive-closed.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { challenge } from './challenge.ts';
import type { Connection } from './connection.ts';
import { becomeEstablished } from './established.ts';
import type { TcpMachine } from './machine-state.ts';
import type { TcpSink } from './sink.ts';
import { endConnection, enter, enterTimeWait } from './transition.ts';

/** False: the segment goes no further. */
export function arriveAck(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): boolean {
  if ((segment.flags & tcpFlag.ack) === 0) return false;
  const { send } = connection;
  const { acknowledgment } = segment;
  if (connection.state === 'syn-received') {
    if (acknowledgment <= send.una || acknowledgment > send.nxt) {
      resetWith(machine, segment, segment.wireAcknowledgment, sink);
      return false;
    }
    return finishPassive(machine, nowNs, connection, segment, sink);
  }
  // RFC 5961 5.2: neither of the future nor older than the largest window.
  if (acknowledgment > send.nxt || acknowledgment < send.una - send.maxWindowBytes) {
    challenge(machine, nowNs, connection, sink);
    return false;
  }
  if (acknowledgment >= send.una) heedAck(machine, nowNs, connection, segment, sink);
  return heedFinAcknowledged(machine, nowNs, connection, sink);
}

function finishPassive(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): boolean {
  heedAck(machine, nowNs, connection, segment, sink);
  becomeEstablished(machine, nowNs, connection, sink);
  return true;
}

/** False: the connection is gone. */
function heedFinAcknowledged(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): boolean {
  const { send, state } = connection;
  if (send.finAt === undefined || send.una <= send.finAt) return true;
  if (state === 'fin-wait-1') {
    enter(connection, 'fin-wait-2', sink);
    limitFinWait2(connection, nowNs);
  } else if (state === 'closing') {
    enterTimeWait(machine, nowNs, connection, sink);
  } else if (state === 'last-ack') {
    endConnection(machine, connection, 'finished', sink);
    return false;
  }
  return true;
}

/** RFC 9293 3.6 lets FIN-WAIT-2 last; without a reader nobody would ever end it. */
export function limitFinWait2(
  { state, isReleased, timers, settings }: Connection,
  nowNs: number,
): void {
  if (state !== 'fin-wait-2' || !isReleased || timers.lingerAtNs !== never) return;
  timers.lingerAtNs = nowNs + settings.finWait2Ns;
}
