/** A connection as bytes, at any moment, and back: on this machine or on another one's clock. */
import { never, nsPerMs } from '../base/time.ts';
import { type ByteRing, copyRing, createByteRing, writeRing } from './byte-ring.ts';
import type { Connection } from './connection.ts';
import { addConnection, findConnection } from './connection-table.ts';
import { type Flight, flightField, flightRows, restoreFlight, rowFields } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { decodePlain, encodePlain, type Plain } from './plain-data.ts';

const formatVersion = 1;

export function serialiseConnection(connection: Connection): Uint8Array {
  const { send, receive } = connection;
  const content = {
    ...connection,
    send: { ...send, buffer: contentOf(send.buffer), flight: flightRows(send.flight) },
    receive: { ...receive, buffer: contentOf(receive.buffer) },
  };
  const bytes = encodePlain(content as unknown as Plain);
  const versioned = new Uint8Array(bytes.length + 1);
  versioned[0] = formatVersion;
  versioned.set(bytes, 1);
  return versioned;
}

export type RestoreOutcome =
  | { readonly kind: 'restored'; readonly connection: Connection }
  /** The machine has one between the same endpoints. */
  | { readonly kind: 'in-use' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** `shiftNs`: what this machine's clock shows more than the one it was saved by. */
export function restoreConnection(
  machine: TcpMachine,
  bytes: Uint8Array,
  shiftNs: number,
): RestoreOutcome {
  if (bytes[0] !== formatVersion) {
    return { kind: 'unreadable', reason: `format ${bytes[0]}, known is ${formatVersion}` };
  }
  let content: Plain;
  try {
    content = decodePlain(bytes.subarray(1));
  } catch (error) {
    return { kind: 'unreadable', reason: (error as Error).message };
  }
  const connection = rebuild(machine, content as unknown as SavedConnection, shiftNs);
  const { local, remote } = connection;
  const standing = findConnection(
    machine.connections,
    local.address,
    local.port,
    remote.address,
    remote.port,
  );
  if (standing !== undefined) return { kind: 'in-use' };
  addConnection(machine.connections, connection);
  settleTimers(machine, connection);
  return { kind: 'restored', connection };
}

type SavedConnection = Omit<Connection, 'send' | 'receive'> & {
  readonly send: Omit<Connection['send'], 'buffer' | 'flight'> & {
    readonly buffer: Uint8Array;
    readonly flight: Float64Array;
  };
  readonly receive: Omit<Connection['receive'], 'buffer'> & { readonly buffer: Uint8Array };
};

function rebuild(machine: TcpMachine, saved: SavedConnection, shiftNs: number): Connection {
  const flight = restoreFlight(saved.send.flight);
  const connection: Connection = {
    ...saved,
    id: machine.nextId++,
    send: { ...saved.send, buffer: ringOf(saved.send.buffer), flight },
    receive: { ...saved.receive, buffer: ringOf(saved.receive.buffer) },
    queuedAtNs: never,
    isWarm: false,
  };
  if (shiftNs === 0) return connection;
  shiftMoments(connection, shiftNs);
  shiftFlight(flight, shiftNs);
  connection.queuedAtNs = never;
  // Down, so that the timestamps that follow are never below those that were sent.
  const { options } = connection;
  options.timestampOffset = (options.timestampOffset - Math.floor(shiftNs / nsPerMs)) >>> 0;
  return connection;
}

/** Every field that holds a moment says so by its name. */
function shiftMoments(record: object, shiftNs: number): void {
  const fields = record as Record<string, unknown>;
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'number' && key.endsWith('AtNs')) fields[key] = value + shiftNs;
    else if (isRecord(value)) shiftMoments(value, shiftNs);
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function shiftFlight(flight: Flight, shiftNs: number): void {
  const { sentAtNs, firstSentAtNs, deliveredAtNs } = flightField;
  for (let at = 0; at < flight.rows.length; at += rowFields) {
    for (const field of [sentAtNs, firstSentAtNs, deliveredAtNs]) {
      flight.rows[at + field] = flight.rows[at + field]! + shiftNs;
    }
  }
}

function contentOf(ring: ByteRing): Uint8Array {
  const content = new Uint8Array(ring.length);
  if (ring.length > 0) copyRing(ring, 0, ring.length, content, 0);
  return content;
}

function ringOf(content: Uint8Array): ByteRing {
  const ring = createByteRing();
  if (content.length > 0) writeRing(ring, 0, content, 0, content.length);
  return ring;
}
