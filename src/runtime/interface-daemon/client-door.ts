/** Where processes of the node come in: a Unix socket in the node's namespace. */
import { FaultError } from '../../base/errors.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { acceptNext, listenUnder } from '../../linux/unix-socket.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { MessageChannel } from '../own/message-channel.ts';
import type { DaemonNotice, ProcessNotice, Question, ReadMessage } from '../own/messages.ts';
import { daemonName } from '../own/messages.ts';

export type FromClient = Question | ProcessNotice;
export type Client = MessageChannel<FromClient>;

export interface ClientDoorEvents {
  heard(client: Client, read: ReadMessage<FromClient>): void;
  left(client: Client): void;
}

export class ClientDoor implements Disposable {
  readonly #loop: KernelLoop;
  readonly #fd: number;
  readonly #events: ClientDoorEvents;
  readonly #watch: { close(): void };
  readonly #clients = new Set<Client>();

  /** In the namespace of this thread. */
  constructor(loop: KernelLoop, node: string, events: ClientDoorEvents) {
    const fd = listenUnder(daemonName);
    if (fd === undefined) throw secondDaemon(node);
    this.#loop = loop;
    this.#fd = fd;
    this.#events = events;
    this.#watch = loop.watch(fd, () => this.#acceptAll());
  }

  tellAll(notice: DaemonNotice, but?: Client): void {
    for (const client of this.#clients) if (client !== but) client.say(notice);
  }

  [Symbol.dispose](): void {
    this.#watch.close();
    closeDescriptor(this.#fd);
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  #acceptAll(): void {
    for (let fd = acceptNext(this.#fd); fd !== undefined; fd = acceptNext(this.#fd))
      this.#admit(fd);
  }

  #admit(fd: number): void {
    const client: Client = new MessageChannel<FromClient>(this.#loop, fd, {
      heard: (read) => this.#events.heard(client, read),
      ended: () => {
        if (this.#clients.delete(client)) this.#events.left(client);
      },
    });
    this.#clients.add(client);
  }
}

function secondDaemon(node: string): FaultError {
  return new FaultError({
    code: 'address-in-use',
    message: `${node} has an interface daemon already`,
    hint: `see who listens under @${daemonName}: ss -xlp`,
  });
}
