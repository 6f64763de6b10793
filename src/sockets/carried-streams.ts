/** The streams of a table as bytes, and how another table, of another process perhaps, goes on with them. */
import { type Endpoint, familyOf, type Ip } from '../base/address.ts';
import type { AcceptStream, Stream, StreamEvents } from '../host/stream.ts';
import { restoreMachine, serialiseMachine } from '../tcp/carry.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Listener, TcpMachine } from '../tcp/machine-state.ts';
import { decodePlain, encodePlain } from '../tcp/plain-data.ts';
import type { HeldPorts } from './held-ports.ts';
import type { TableStream } from './table-stream.ts';

/** Who goes on with what another table had. */
export interface Successor {
  /** What shows more on this table's clock than on that one's. */
  readonly shiftNs: number;
  /** Of a stream that its user knew. Nothing is told inside the call. */
  adopt(stream: Stream): StreamEvents;
  /** For a listener, and for those that nobody had accepted yet. */
  acceptAt(local: { readonly address: Ip | undefined; readonly port: number }): AcceptStream;
}

interface SavedStream {
  readonly id: number;
  /** It was told of to nobody yet. */
  readonly isNew: boolean;
}

/** Nothing of them is told to this table's users any more. */
export function packStreams(
  machine: TcpMachine,
  streams: ReadonlyMap<number, TableStream>,
): Uint8Array {
  const saved = [...streams].map(([id, stream]) => ({ id, isNew: stream.leave() }));
  return encodePlain({ machine: serialiseMachine(machine), streams: saved });
}

/** What a table does with what it takes over. */
export interface TakingTable {
  readonly machine: TcpMachine;
  readonly ports: HeldPorts;
  listenAgain(listener: Listener, accept: AcceptStream): void;
  add(connection: Connection): TableStream;
}

/** Why these can't be gone on with; undefined: they are. Into a table that nobody has used. */
export function unpackStreams(
  { machine, ports, listenAgain, add }: TakingTable,
  bytes: Uint8Array,
  successor: Successor,
): string | undefined {
  const saved = readStreams(bytes);
  if (saved === undefined) return 'these are no streams';
  const restored = restoreMachine(machine, saved.machine, successor.shiftNs);
  if (restored.kind === 'unreadable') return restored.reason;
  for (const listener of machine.listeners) {
    if (listener === undefined) continue;
    const { address, port, family = 4 } = listener;
    ports.takeToListen({ family, address, port, interface: undefined });
    listenAgain(listener, successor.acceptAt(listener));
  }
  for (const { id, isNew } of saved.streams) {
    const connection = restored.connections.get(id)!;
    holdAgain(ports, connection.local);
    const stream = add(connection);
    stream.happened.connected = isSynchronized(connection);
    stream.happened.ended = hasEnded(connection);
    if (isNew) stream.askFirst(() => successor.acceptAt(connection.local)(stream));
    else stream.tell(successor.adopt(stream));
  }
  return undefined;
}

interface SavedTable {
  readonly machine: Uint8Array;
  readonly streams: readonly SavedStream[];
}

function readStreams(bytes: Uint8Array): SavedTable | undefined {
  try {
    const saved = decodePlain(bytes) as unknown as Partial<SavedTable> | undefined;
    return saved?.machine === undefined ? undefined : (saved as SavedTable);
  } catch {
    return undefined;
  }
}

function holdAgain(ports: HeldPorts, { address, port }: Endpoint): void {
  const family = familyOf(address);
  if (!ports.hold(family, port)) {
    ports.takeToConnect({ family, address, port, interface: undefined });
  }
}

function isSynchronized({ state }: Connection): boolean {
  return state !== 'syn-sent' && state !== 'syn-received';
}

/** The other side's FIN came, and all before it. */
function hasEnded({ receive }: Connection): boolean {
  return receive.finAt !== undefined && receive.nxt > receive.finAt;
}
