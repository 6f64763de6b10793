/** The process's end of its talk with the interface daemon of its node. */
import type { Endpoint } from '../../base/address.ts';
import { FaultError } from '../../base/errors.ts';
import { connectTo } from '../../linux/unix-socket.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { type ChannelEvents, MessageChannel } from './message-channel.ts';
import {
  type AddedInterface,
  type Answer,
  type DaemonNotice,
  daemonName,
  type LeaseRefusal,
  type LeaseWish,
  type Message,
  type NodeStanding,
  type ProcessNotice,
  type Question,
  type VirtualWish,
} from './messages.ts';

export class DaemonLink {
  readonly standing: NodeStanding;
  readonly #node: string;
  readonly #channel: MessageChannel<DaemonNotice>;

  /** In the namespace of this thread. */
  constructor(loop: KernelLoop, node: string, events: ChannelEvents<DaemonNotice>) {
    const fd = connectTo(daemonName);
    if (fd === undefined) throw noDaemon(node);
    this.#node = node;
    this.#channel = new MessageChannel(loop, fd, events);
    this.standing = this.#ask({ kind: 'enter' }, 'entered').standing;
  }

  tell(notice: ProcessNotice, behind?: Uint8Array): void {
    this.#channel.say(notice, behind);
  }

  lease(wish: LeaseWish): { readonly lease: number; readonly local: Endpoint } {
    return this.#ask({ kind: 'lease', ...wish }, 'leased');
  }

  addInterface(wish: VirtualWish): AddedInterface {
    return this.#ask({ kind: 'add-interface', ...wish }, 'added').added;
  }

  close(): void {
    this.#channel.close();
  }

  #ask<K extends Answer['kind']>(question: Question, kind: K): Extract<Answer, { kind: K }> {
    const answer = this.#channel.ask(question, isAnswer);
    if (answer === undefined) throw noDaemon(this.#node);
    if (answer.kind === 'refused') throw refusal(this.#node, question, answer.code);
    if (answer.kind === kind) return answer as Extract<Answer, { kind: K }>;
    throw new FaultError({
      code: 'interface-daemon-gone',
      message: `the interface daemon of ${this.#node} answers ${answer.kind} where ${kind} is due`,
    });
  }
}

const answers: readonly Message['kind'][] = ['entered', 'leased', 'added', 'refused'];

function isAnswer(message: Message): message is Answer {
  return answers.includes(message.kind);
}

function noDaemon(node: string): FaultError {
  return new FaultError({
    code: 'interface-daemon-gone',
    message: `${node} has no interface daemon, or has it no more`,
    hint: 'see whether it ended: its records and its output are with those of the run',
  });
}

function refusal(node: string, question: Question, code: LeaseRefusal): FaultError {
  return new FaultError({
    code,
    message: `${node} does not give ${describe(question)}: ${code.replaceAll('-', ' ')}`,
    hint: 'ask for another one, or end the program that has it',
  });
}

function describe(question: Question): string {
  switch (question.kind) {
    case 'enter':
      return 'what it is';
    case 'lease':
      return `${question.protocol} port ${question.port}`;
    case 'add-interface':
      return `interface ${question.name}`;
  }
}
