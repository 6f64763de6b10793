/** The stack side as a process: changes come in, outcomes go out, and with the manager goes all that it set up. */
import type { Socket } from 'node:net';
import type { RecordSink } from '../../trace/record.ts';
import type { Change } from '../change-message.ts';
import { emitOutcome, noEndpoint, type Outcome } from '../outcome-message.ts';
import { handleChange } from '../stack-side.ts';
import type { Steer } from '../steer-message.ts';
import { KernelGround } from './kernel-ground.ts';
import { clearOurMarks, Traces } from './leftovers.ts';
import { markOf } from './link-routing.ts';
import { type Message, MessageReader } from './message-stream.ts';
import { NewSockets } from './new-sockets.ts';
import { ownPid } from './process-table.ts';

/** The answer to a steer, whose order is none: what was asked is in force, as far as it can be. */
const inForce: Outcome = {
  ...{ kind: 'outcome', order: 0, result: 'untouched', mechanism: undefined },
  ...{ place: 'nowhere', visited: 0, before: noEndpoint, after: noEndpoint },
};

export class StackProcess implements Disposable {
  readonly #ground = new KernelGround();
  readonly #hooks = NewSockets.tryOpen();
  readonly #traces = Traces.leave(this.#ground.pathManagerBefore);
  readonly #linkIndexes = new Map<Change['address'], number>();
  readonly #manager: Socket;
  readonly #records: RecordSink;

  /** In the namespace of this process. */
  constructor(manager: Socket, records: RecordSink) {
    this.#manager = manager;
    this.#records = records;
    const reader = new MessageReader();
    manager.on('data', (piece: Uint8Array) => {
      for (const message of reader.read(piece)) this.#hear(message);
    });
    records.record('links.stack-ready', { pid: ownPid });
    if (typeof this.#hooks === 'string') {
      records.record('links.without-hooks', { why: this.#hooks });
    }
  }

  [Symbol.dispose](): void {
    if (typeof this.#hooks !== 'string') this.#hooks[Symbol.dispose]();
    clearOurMarks();
    this.#ground[Symbol.dispose]();
    this.#traces[Symbol.dispose]();
  }

  #hear(message: Message | undefined): void {
    switch (message?.kind) {
      case 'change':
        this.#manager.write(emitOutcome(this.#change(message)));
        return;
      case 'steer':
        this.#steer(message);
        this.#manager.write(emitOutcome(inForce));
        return;
      case 'link-gone': {
        const index = this.#linkIndexes.get(message.address);
        if (index !== undefined) this.#ground.forgetLink(index);
        this.#linkIndexes.delete(message.address);
        return;
      }
      default:
        this.#manager.destroy();
    }
  }

  #change(change: Change): Outcome {
    const outcome = handleChange(this.#ground, change, this.#records);
    const link = this.#ground.meantLink;
    if (change.action === 'move' && link !== undefined) {
      this.#linkIndexes.set(change.address, link.index);
    }
    const isRefused = outcome.result === 'unknown-socket' && this.#ground.isRefused;
    return isRefused ? { ...outcome, result: 'not-permitted' } : outcome;
  }

  #steer(steer: Steer): void {
    if (typeof this.#hooks === 'string') return;
    if (steer.isForgotten) {
      this.#hooks.forget(steer);
      return;
    }
    const { ipv4, ipv6 } = steer;
    const links = [ipv4, ipv6].flatMap((address) => {
      const link = address === undefined ? undefined : this.#ground.ensureLink(address);
      if (link !== undefined) this.#linkIndexes.set(address!, link.index);
      return link ?? [];
    });
    this.#hooks.set({ ...steer, mark: links[0] === undefined ? 0 : markOf(links[0].index) });
  }
}
