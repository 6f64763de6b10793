/** The user's OPEN, active (RFC 9293 3.10.1). */

import type { Connection } from './connection.ts';
import { addConnection, findConnection } from './connection-table.ts';
import { createConnection } from './create-connection.ts';
import type { OpenOptions } from './events.ts';
import { flightFlag } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { sendNewSegment } from './send-segment.ts';
import { defaultSettings } from './settings.ts';
import type { TcpSink } from './sink.ts';
import { enter } from './transition.ts';

/** `in-use`: both endpoints are those of a connection that is here, perhaps in TIME-WAIT. */
export function openConnection(
  machine: TcpMachine,
  nowNs: number,
  options: OpenOptions,
  sink: TcpSink,
): Connection | 'in-use' {
  const { local, remote } = options;
  const standing = findConnection(
    machine.connections,
    local.address,
    local.port,
    remote.address,
    remote.port,
  );
  if (standing !== undefined) return 'in-use';
  const settings = { ...defaultSettings, ...options.settings };
  const connection = createConnection(machine, nowNs, {
    local,
    remote,
    settings,
    listener: undefined,
    multipath: options.multipath,
  });
  addConnection(machine.connections, connection);
  enter(connection, 'syn-sent', sink);
  sendNewSegment(machine, nowNs, connection, 0, flightFlag.syn, sink);
  connection.timers.userTimeoutAtNs = nowNs + settings.openTimeoutNs;
  settleTimers(machine, connection);
  return connection;
}
