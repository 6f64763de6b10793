/** A segment of no connection is answered with a reset, unless it is one (RFC 9293 3.10.7.1). */
import { tcpFlag } from '../wire/tcp.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { emitBare } from './emit.ts';
import type { TcpMachine } from './machine-state.ts';
import type { TcpSink } from './sink.ts';

export function arriveClosed(machine: TcpMachine, segment: ArrivedSegment, sink: TcpSink): void {
  const { flags, wireSequence, wireAcknowledgment } = segment;
  if ((flags & tcpFlag.rst) !== 0) return;
  if ((flags & tcpFlag.ack) !== 0) {
    resetWith(machine, segment, wireAcknowledgment, sink);
    return;
  }
  const acknowledgment = wireSequence + lengthOf(segment);
  const answer = { sequence: 0, acknowledgment, flags: tcpFlag.rst | tcpFlag.ack };
  emitBare(machine, localOf(segment), remoteOf(segment), answer, sink);
}

/** `<SEQ=sequence><CTL=RST>`. */
export function resetWith(
  machine: TcpMachine,
  segment: ArrivedSegment,
  sequence: number,
  sink: TcpSink,
): void {
  const header = { sequence, acknowledgment: 0, flags: tcpFlag.rst };
  emitBare(machine, localOf(segment), remoteOf(segment), header, sink);
}

export function localOf({ destination, destinationPort }: ArrivedSegment) {
  return { address: destination, port: destinationPort };
}

export function remoteOf({ source, sourcePort }: ArrivedSegment) {
  return { address: source, port: sourcePort };
}

/** What the segment takes of the sequence space (RFC 9293 3.4, SEG.LEN). */
export function lengthOf({ flags, payloadAt, end }: ArrivedSegment): number {
  const syn = (flags & tcpFlag.syn) !== 0 ? 1 : 0;
  const fin = (flags & tcpFlag.fin) !== 0 ? 1 : 0;
  return end - payloadAt + syn + fin;
}
