/** The connections that a board carries. */
import { formatEndpoint, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Connection } from '../tcp/connection.ts';
import { findConnection } from '../tcp/connection-table.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import type { Board, Carried } from './board-state.ts';
import { createHeldMessages } from './held-messages.ts';
import { firstSession } from './service.ts';

export function addCarried(board: Board, connection: Connection, id: number): Carried {
  const { send } = connection;
  const carried: Carried = {
    id,
    connection,
    session: firstSession,
    held: createHeldMessages(),
    producedTo: send.bufferedFrom + send.buffer.length,
    waiting: [],
    isEnding: send.isFinWanted,
    demarcation: undefined,
  };
  board.carried.set(id, carried);
  board.byConnection.set(connection.id, carried);
  return carried;
}

/** Late segments of a connection that ended well are no reason for a reset: so long they are known. */
const rememberedNs = 2 * nsPerSecond;

export function removeCarried(board: Board, nowNs: number, { id, connection }: Carried): void {
  const { ended } = board;
  for (const [key, atNs] of ended) if (nowNs - atNs > rememberedNs) ended.delete(key);
  ended.set(formatEndpoint(connection.remote), nowNs);
  board.carried.delete(id);
  board.byConnection.delete(connection.id);
  board.gates.delete(connection.id);
}

/** Of a packet of the peer's, whose segment stands at `at`. */
export function carriedOf(board: Board, packet: Uint8Array, at: number): Carried | undefined {
  const isV4 = packet[0]! >>> 4 === 4;
  const remote = isV4 ? readIpv4(packet, ipv4Offset.source) : readIpv6(packet, ipv6Offset.source);
  const local = isV4
    ? readIpv4(packet, ipv4Offset.destination)
    : readIpv6(packet, ipv6Offset.destination);
  const ports = [readU16(packet, at + 2), readU16(packet, at)] as const;
  const { connections } = board.machine;
  const connection = findConnection(connections, local, ports[0], remote, ports[1]);
  return connection === undefined ? undefined : board.byConnection.get(connection.id);
}
