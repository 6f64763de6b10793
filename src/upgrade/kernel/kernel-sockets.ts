/** A service's sockets as the kernel makes them: each has a descriptor, of which the unit holds a duplicate. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { closeDescriptor } from '../../linux/descriptor.ts';
import type { NamedSocket, SocketId } from '../messages.ts';
import type { HandedData } from '../target.ts';
import { descriptorOf, KernelSocket } from './kernel-socket.ts';
import type { Descriptors, Opened, ServiceSockets, SocketsGround } from './service-sockets.ts';

export class KernelSockets implements ServiceSockets {
  readonly #ground: SocketsGround;
  /** Of a target: descriptors of listeners. */
  readonly #listeners = new Map<SocketId, number>();
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
      const fd = descriptors.get(socket)!;
      if (kind === 'connection') {
        this.#ground.connections.prepare(named, KernelSocket.prepare(fd));
      } else {
        this.#listeners.set(socket, fd);
      }
    }
  }

  letGo(socket: SocketId): void {
    const fd = this.#listeners.get(socket);
    if (fd !== undefined) closeDescriptor(fd);
    this.#listeners.delete(socket);
    this.#ground.connections.letGo(socket);
  }

  take(sockets: readonly NamedSocket[], descriptors: Descriptors, data: HandedData): void {
    const leftovers = new Map(data.leftovers.map((leftover) => [leftover.socket, leftover]));
    this.#ground.connections.takePrepared(leftovers);
    for (const named of sockets) {
      const { socket, kind } = named;
      const fd = descriptors.get(socket)!;
      if (kind === 'connection') {
        this.#ground.connections.take(named, leftovers.get(socket), KernelSocket.prepare(fd));
      } else {
        this.#listeners.set(socket, fd);
      }
    }
    for (const [socket, fd] of this.#listeners) {
      this.#ground.connections.skip(socket);
      this.#server = this.#createServer().listen({ fd });
    }
    this.#listeners.clear();
  }

  serve(): void {
    this.#ground.connections.releaseAll();
  }

  stop(): string {
    this.#server?.close();
    return '';
  }

  #createServer(): Server {
    // As HTTP's does: an answer in two pieces would wait for an acknowledgement that its reader puts off by 40 ms.
    const options = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true };
    return createServer(options, (raw) => {
      const name = `${raw.remoteAddress}:${raw.remotePort}`;
      this.#ground.connections.accept(new KernelSocket(raw), name, (socket) => {
        const named: NamedSocket = { socket, kind: 'connection', name };
        this.#ground.opened({ sockets: [named], descriptors: [descriptorOf(raw)] });
      });
    });
  }
}
