/** Everything that a machine has going, as bytes, for another machine that goes on with it: listeners too. */
import type { Connection } from './connection.ts';
import type { Listener, TcpMachine } from './machine-state.ts';
import { decodePlain, encodePlain, type Plain } from './plain-data.ts';
import { restoreConnection, serialiseConnection } from './serialise.ts';

const formatVersion = 1;

/** Connections of a layer above (MPTCP) are left out: that layer's state is not theirs to tell. */
export function serialiseMachine(machine: TcpMachine): Uint8Array {
  const { secret, listeners, connections } = machine;
  const carried = connections.slots.filter((one) => one !== undefined && one.multipath === 0);
  return encodePlain({
    format: formatVersion,
    secret,
    listeners: listeners.map((listener) => listener && ({ ...listener } as unknown as Plain)),
    connections: carried.map((connection) => ({
      id: connection!.id,
      bytes: serialiseConnection(connection!),
    })),
  });
}

export type MachineOutcome =
  /** By the numbers that they had. */
  | { readonly kind: 'restored'; readonly connections: ReadonlyMap<number, Connection> }
  | { readonly kind: 'unreadable'; readonly reason: string };

interface SavedMachine {
  readonly format: number;
  readonly secret: Uint8Array;
  readonly listeners: readonly (Listener | undefined)[];
  readonly connections: readonly { readonly id: number; readonly bytes: Uint8Array }[];
}

/**
 * Into a machine that nobody has used. `shiftNs`: what its clock shows more than the one it was saved by.
 * The secret goes along, or whoever holds a SYN cookie would be answered with a reset.
 */
export function restoreMachine(
  machine: TcpMachine,
  bytes: Uint8Array,
  shiftNs: number,
): MachineOutcome {
  let saved: SavedMachine;
  try {
    saved = decodePlain(bytes) as unknown as SavedMachine;
  } catch (error) {
    return { kind: 'unreadable', reason: (error as Error).message };
  }
  if (saved?.format !== formatVersion) {
    return { kind: 'unreadable', reason: `format ${saved?.format}, known is ${formatVersion}` };
  }
  machine.secret.set(saved.secret);
  machine.listeners.push(...saved.listeners.map((listener) => moved(listener, shiftNs)));
  const connections = new Map<number, Connection>();
  for (const { id, bytes: state } of saved.connections) {
    const outcome = restoreConnection(machine, state, shiftNs);
    if (outcome.kind !== 'restored') {
      const reason =
        outcome.kind === 'unreadable' ? outcome.reason : 'two between one pair of ports';
      return { kind: 'unreadable', reason };
    }
    connections.set(id, outcome.connection);
  }
  return { kind: 'restored', connections };
}

function moved(listener: Listener | undefined, shiftNs: number): Listener | undefined {
  if (listener === undefined) return undefined;
  return { ...listener, cookiesUntilNs: listener.cookiesUntilNs + shiftNs };
}
