/** A service's sockets as the kernel makes them: each has a descriptor, of which the unit holds a duplicate. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Leftover, NamedSocket, SocketId } from '../messages.ts';
import type { HandedData } from '../target.ts';
import { descriptorOf, KernelSocket, openRawSocket } from './kernel-socket.ts';
import type { Descriptors, Opened, ServiceSockets, SocketsGround } from './service-sockets.ts';

export class KernelSockets implements ServiceSockets {
  readonly #ground: SocketsGround;
  /** Of a target: opened before the source stopped, by socket. */
  readonly #prepared = new Map<SocketId, Socket>();
  #server: Server | undefined;

  constructor(ground: SocketsGround) {
    this.#ground = ground;
  }

  get port(): number | undefined {
    return (this.#server?.address() as AddressInfo | null)?.port;
  }

  async listen(): Promise<Opened> {
    const { port, host } = this.#ground.options.listen;
    const server = this.#createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
    await promise;
    this.#server = server;
    const socket = this.#ground.connections.number();
    const named: NamedSocket = { socket, kind: 'listener', name: `${host ?? '*'}:${port}` };
    return { sockets: [named], descriptors: [descriptorOf(server)] };
  }

  prepare(sockets: readonly NamedSocket[], descriptors: Descriptors): void {
    for (const named of sockets) {
      const { socket, kind } = named;
      if (kind !== 'connection') continue;
      this.#prepared.set(socket, openRawSocket(descriptors.get(socket)!));
      this.#ground.connections.prepare(named);
    }
  }

  letGo(socket: SocketId): void {
    this.#prepared.get(socket)?.destroy();
    this.#prepared.delete(socket);
    this.#ground.connections.letGo(socket);
  }

  take(sockets: readonly NamedSocket[], descriptors: Descriptors, data: HandedData): void {
    const leftovers = new Map(data.leftovers.map((leftover) => [leftover.socket, leftover]));
    for (const named of sockets) {
      const { socket, kind } = named;
      if (kind === 'connection') this.#takeConnection(named, descriptors, leftovers.get(socket));
      else {
        this.#ground.connections.skip(socket);
        this.#server = this.#createServer().listen({ fd: descriptors.get(socket)! });
      }
    }
  }

  serve(): void {
    this.#ground.connections.releaseAll();
  }

  stop(): string {
    this.#server?.close();
    return '';
  }

  #takeConnection(named: NamedSocket, descriptors: Descriptors, leftover?: Leftover): void {
    const { socket } = named;
    const raw = this.#prepared.get(socket) ?? openRawSocket(descriptors.get(socket)!);
    this.#prepared.delete(socket);
    this.#ground.connections.take(named, leftover, new KernelSocket(raw));
  }

  #createServer(): Server {
    return createServer({ pauseOnConnect: true, allowHalfOpen: true }, (raw) => {
      const name = `${raw.remoteAddress}:${raw.remotePort}`;
      this.#ground.connections.accept(new KernelSocket(raw), name, (socket) => {
        const named: NamedSocket = { socket, kind: 'connection', name };
        this.#ground.opened({ sockets: [named], descriptors: [descriptorOf(raw)] });
      });
    });
  }
}
