/** The connections of a service, and which of them are held while it gathers for a switch. */
import type { Leftover, NamedSocket, SocketId } from '../messages.ts';
import type { ConnectionBelow } from './connection-below.ts';
import { type Detached, UpgradableConnection } from './upgradable-connection.ts';

/** What a service says of its connections. */
export interface ConnectionUser {
  /** One that came, or one that was taken over, with the note of the process before. */
  readonly onConnection: (connection: UpgradableConnection, note: string | undefined) => void;
  /** Whether nothing of a message has come without its end, nor its answer is still owed. */
  readonly isComplete: (connection: UpgradableConnection) => boolean;
  readonly exportNote?: (connection: UpgradableConnection) => string;
}

export interface ConnectionsEvents {
  closed(socket: SocketId): void;
  moved(socket: SocketId, isComplete: boolean): void;
}

export class ServiceConnections {
  readonly bySocket = new Map<SocketId, UpgradableConnection>();
  readonly #user: ConnectionUser;
  readonly #events: ConnectionsEvents;
  /** Of a target: made before the source stopped, which still reads and writes. */
  readonly #prepared = new Map<SocketId, UpgradableConnection>();
  #detached: Detached[] = [];
  #nextSocket = 0;
  #isHolding = false;

  constructor(user: ConnectionUser, events: ConnectionsEvents) {
    this.#user = user;
    this.#events = events;
  }

  /** A number for a socket that nobody had. */
  number(): SocketId {
    return this.#nextSocket++;
  }

  /** One that came; `tell` before its user hears of it. */
  accept(below: ConnectionBelow, name: string, tell: (socket: SocketId) => void): void {
    const socket = this.number();
    const connection = this.#add(new UpgradableConnection(socket, name));
    tell(socket);
    connection.attach(below);
    this.#user.onConnection(connection, undefined);
    if (this.#isHolding) connection.hold();
    else connection.release();
  }

  /** What takes long of `take`. Its user may write: that waits until it is taken. */
  prepare({ socket, name }: NamedSocket, below: ConnectionBelow): void {
    this.skip(socket);
    const connection = this.#follow(new UpgradableConnection(socket, name));
    connection.hold();
    connection.standOn(below);
    this.#prepared.set(socket, connection);
    if (!this.#hasNotes) this.#user.onConnection(connection, '');
  }

  /** The source closed it. */
  letGo(socket: SocketId): void {
    this.#prepared.get(socket)?.destroy();
    this.#prepared.delete(socket);
  }

  /** Those of the process before that are prepared, all at once: everybody waits for it. */
  takePrepared(leftovers: ReadonlyMap<SocketId, Leftover>): void {
    for (const [socket, connection] of this.#prepared) {
      this.bySocket.set(socket, connection);
      const leftover = leftovers.get(socket);
      if (leftover !== undefined) connection.resumeFrom(leftover);
      connection.begin();
      if (this.#hasNotes) this.#user.onConnection(connection, leftover?.note ?? '');
    }
    this.#prepared.clear();
  }

  /** One of the process before that was not prepared, or our own again; held. */
  take(named: NamedSocket, leftover?: Leftover, below?: ConnectionBelow): void {
    const { socket } = named;
    this.skip(socket);
    const known = this.bySocket.get(socket);
    if (known !== undefined) this.#takeBack(known, leftover, below);
    else this.#takeNew(named, leftover, below);
  }

  /** The number is taken. */
  skip(socket: SocketId): void {
    this.#nextSocket = Math.max(this.#nextSocket, socket + 1);
  }

  releaseAll(): void {
    for (const connection of this.bySocket.values()) connection.release();
  }

  /** Those that are in the middle of a message go on until it is whole. */
  hold(isHeld: boolean, incomplete: ReadonlySet<SocketId>): void {
    this.#isHolding = isHeld;
    if (!isHeld) this.releaseAll();
    else {
      for (const [socket, connection] of this.bySocket) {
        if (!incomplete.has(socket)) connection.hold();
      }
    }
  }

  /** Takes all sockets away; `closeDetached` closes them. */
  detachAll(): Leftover[] {
    this.#detached = [...this.bySocket.values()].map((connection) =>
      connection.detach(this.#user.exportNote?.(connection) ?? ''),
    );
    const leftovers = this.#detached.map(({ leftover }) => leftover);
    return leftovers.filter(({ unread, unsent, note }) => unread + unsent + note !== '');
  }

  closeDetached(): void {
    for (const { close } of this.#detached) close();
    this.#detached = [];
  }

  /** Then its user hears of a connection when the note on it has come; else before. */
  get #hasNotes(): boolean {
    return this.#user.exportNote !== undefined;
  }

  #takeBack(connection: UpgradableConnection, leftover?: Leftover, below?: ConnectionBelow): void {
    // What it had not sent, it still has.
    if (leftover !== undefined) connection.resumeFrom({ ...leftover, unsent: '' });
    connection.hold();
    if (below !== undefined) connection.attach(below);
  }

  #takeNew({ socket, name }: NamedSocket, leftover?: Leftover, below?: ConnectionBelow): void {
    const connection = this.#add(new UpgradableConnection(socket, name));
    connection.hold();
    if (leftover !== undefined) connection.resumeFrom(leftover);
    if (below !== undefined) connection.attach(below);
    this.#user.onConnection(connection, leftover?.note ?? '');
  }

  #add(connection: UpgradableConnection): UpgradableConnection {
    this.bySocket.set(connection.socketId, connection);
    return this.#follow(connection);
  }

  #follow(connection: UpgradableConnection): UpgradableConnection {
    connection.onMoved = () => this.#moved(connection);
    return connection;
  }

  #moved(connection: UpgradableConnection): void {
    const { socketId, destroyed } = connection;
    if (destroyed && this.bySocket.delete(socketId)) this.#events.closed(socketId);
    const isComplete = destroyed || this.#isWhole(connection);
    if (this.#isHolding && isComplete) connection.hold();
    this.#events.moved(socketId, isComplete);
  }

  #isWhole(connection: UpgradableConnection): boolean {
    return connection.isHandedOn && this.#user.isComplete(connection);
  }
}
