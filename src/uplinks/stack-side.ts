/**
 * The endpoint on the side of the stack: it finds the socket's description, in its own process first, else by
 * going through all processes of the system, and has the source address in it changed. One for the kernel's
 * sockets and one for those of our own stack differ in the ground that they stand on.
 */
import { type Endpoint, formatEndpoint, formatIp } from '../base/address.ts';
import type { RecordSink } from '../trace/record.ts';
import type { Change } from './change-message.ts';
import { type MechanismId, mechanismRow, meetsClaim } from './mechanisms.ts';
import { noEndpoint, type Outcome, type Result } from './outcome-message.ts';
import { formatSocket, type SocketIdentity } from './socket-identity.ts';

export interface Applied {
  readonly result: Result;
  readonly mechanism: MechanismId | undefined;
  readonly before: Endpoint;
  readonly after: Endpoint;
}

/** `Holding` is a description that was found; it is let go of afterwards. */
export interface StackGround<Holding> {
  /** Whether a live link of this terminal has it. */
  isOurs(address: Change['address']): boolean;
  findHere(socket: SocketIdentity): Holding | undefined;
  /** The one that was seen to hold it comes first. */
  otherProcesses(likely: number): Iterable<number>;
  /** `likely`: the descriptor that it was seen to hold it as. */
  findIn(process: number, socket: SocketIdentity, likely?: number): Holding | undefined;
  apply(holding: Holding, change: Change): Applied;
  release(holding: Holding): void;
}

interface Found<Holding> {
  readonly holding: Holding | undefined;
  readonly place: Outcome['place'];
  readonly visited: number;
}

export function handleChange<Holding>(
  ground: StackGround<Holding>,
  change: Change,
  records: RecordSink,
): Outcome {
  const { order, address, socket } = change;
  const common = { kind: 'outcome', order } as const;
  if (change.action === 'move' && !ground.isOurs(address)) {
    records.record('links.refused', { order, why: 'foreign-address', address: formatIp(address) });
    return { ...common, ...nothingDone('foreign-address'), place: 'nowhere', visited: 0 };
  }
  const { holding, place, visited } = find(ground, change);
  if (holding === undefined) {
    records.record('links.refused', { order, why: 'unknown-socket', socket: formatSocket(socket) });
    return { ...common, ...nothingDone('unknown-socket'), place, visited };
  }
  records.record('links.found', { order, socket: formatSocket(socket), where: place, visited });
  try {
    const applied = ground.apply(holding, change);
    recordApplied(applied, change, records);
    return { ...common, ...applied, place, visited };
  } finally {
    ground.release(holding);
  }
}

function find<Holding>(ground: StackGround<Holding>, change: Change): Found<Holding> {
  const { socket, holder } = change;
  const here = ground.findHere(socket);
  if (here !== undefined) return { holding: here, place: 'current', visited: 0 };
  let visited = 0;
  for (const process of ground.otherProcesses(holder.process)) {
    visited += 1;
    const likely = process === holder.process ? holder.descriptor : undefined;
    const holding = ground.findIn(process, socket, likely);
    if (holding !== undefined) return { holding, place: 'traversed', visited };
  }
  return { holding: undefined, place: 'nowhere', visited };
}

function recordApplied(applied: Applied, change: Change, records: RecordSink): void {
  const { result, mechanism, before, after } = applied;
  const row = mechanism && mechanismRow(mechanism);
  records.record(result === 'moved' ? 'links.source-changed' : 'links.source-kept', {
    order: change.order,
    socket: formatSocket(change.socket),
    old: formatEndpoint(before),
    new: formatEndpoint(after),
    result,
    mechanism: row?.mechanism ?? 'none',
    meetsClaim: result === 'moved' && row !== undefined && meetsClaim(row),
  });
}

function nothingDone(result: Result): Applied {
  return { result, mechanism: undefined, before: noEndpoint, after: noEndpoint };
}
