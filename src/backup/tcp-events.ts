/** What the TCP machine tells a board: it is noted, and served after the machine's call. */
import type { TcpSink } from '../tcp/sink.ts';
import type { Board, BoardSink } from './board-state.ts';
import { sendSegment } from './outgoing.ts';

export function tcpSinkOf(board: Board, sink: BoardSink): TcpSink {
  const touch: TcpSink['readable'] = (connection) => void board.touched.add(connection);
  return {
    transmit: (segment) => sendSegment(board, segment, sink),
    stateChanged: touch,
    connected: touch,
    readable: touch,
    writable: touch,
    ended: touch,
    closed: touch,
    record: (kind, fields) => {
      if (board.isMuted) return;
      const told = Object.entries(fields).filter(([, value]) => value !== null);
      sink.record(kind, Object.fromEntries(told) as Record<string, string | number | boolean>);
    },
  };
}

/** A call of a standby's machine: it must not be heard of. */
export function muted(board: Board, call: () => void): void {
  board.isMuted = true;
  try {
    call();
  } finally {
    board.isMuted = false;
  }
}
