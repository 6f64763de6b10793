/** Only so many idle connections keep buffers: ten thousand that once said a word must not hold a buffer each. */
import { emptyRing } from './byte-ring.ts';
import type { Connection } from './connection.ts';
import { emptyFlight } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';

const mostWarm = 256;

/** Called at the end of every event of a connection. */
export function keepWarm(machine: TcpMachine, connection: Connection): void {
  if (connection.isWarm || !hasBuffers(connection)) return;
  connection.isWarm = true;
  const cooled = machine.warm[machine.warmNext];
  machine.warm[machine.warmNext] = connection;
  machine.warmNext = (machine.warmNext + 1) % mostWarm;
  if (cooled !== undefined) cool(cooled);
}

function hasBuffers({ send, receive }: Connection): boolean {
  const held = send.buffer.bytes.length + receive.buffer.bytes.length + send.flight.rows.length;
  return held > 0;
}

/** What is in use stays; its next event makes it warm again. */
function cool(connection: Connection): void {
  const { send, receive } = connection;
  connection.isWarm = false;
  if (send.buffer.length === 0) emptyRing(send.buffer);
  if (receive.buffer.length === 0) emptyRing(receive.buffer);
  if (send.flight.count === 0) emptyFlight(send.flight);
}
