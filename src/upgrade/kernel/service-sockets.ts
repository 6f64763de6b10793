/** What a service asks of its sockets, whoever makes them: a kernel, or a stack of our own in the process. */
import type { NamedSocket, SocketId } from '../messages.ts';
import type { HandedData } from '../target.ts';
import type { ServiceConnections } from './service-connections.ts';

/** In the order of the sockets that bring one. */
export type Descriptors = ReadonlyMap<SocketId, number>;

export interface Opened {
  readonly sockets: readonly NamedSocket[];
  readonly descriptors: readonly number[];
}

export interface ServiceSockets {
  /** Where it listens, once it does. */
  readonly port: number | undefined;
  listen(): Promise<Opened>;
  /** What takes long of `take`: the source still reads from them, this process does not. */
  prepare(sockets: readonly NamedSocket[], descriptors: Descriptors): void;
  /** The source closed it: our duplicate would keep it open. */
  letGo(socket: SocketId): void;
  /** Those prepared, and these: of the process before, or our own again. Nothing is read yet. */
  take(sockets: readonly NamedSocket[], descriptors: Descriptors, data: HandedData): void;
  /** They are ours: what was taken may be read from. */
  serve(): void;
  /** Closes its listeners; tells what the unit's duplicates do not hold. */
  stop(): string;
}

export interface Listening {
  readonly listen: { readonly port: number; readonly host?: string };
}

export interface SocketsGround {
  readonly options: Listening;
  readonly connections: ServiceConnections;
  /** The unit is told of it, and gets duplicates. */
  opened(opened: Opened): void;
}

export type OpenSockets = (ground: SocketsGround) => ServiceSockets;
