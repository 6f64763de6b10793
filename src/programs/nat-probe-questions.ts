/** The probe's sockets, and one question at a time: sent again until answered, or given up. */
import type { Endpoint, Family } from '../base/address.ts';
import { fillRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import type { DatagramArrived, DatagramSocket, Host, Timer } from '../host/host.ts';
import { isMalformed } from '../wire/malformed.ts';
import {
  emitStun,
  findStunAttribute,
  measureStun,
  parseStun,
  type StunMessage,
  stunMethod,
  stunTransactionBytes,
} from '../wire/stun.ts';
import type { StunAttribute } from '../wire/stun-attribute.ts';
import type { ProbeSettings } from './nat-probe-settings.ts';

export interface Question {
  readonly from: DatagramSocket;
  readonly to: Endpoint;
  /** Where the answer must come from; undefined: the question itself is to arrive at one of our sockets. */
  readonly answeredBy: Endpoint | undefined;
  readonly attributes: readonly StunAttribute[];
}

export interface Answer {
  /** How the question looked to whoever answered. */
  readonly mapped: Endpoint;
}

export interface Questioner {
  readonly host: Host;
  readonly family: Family;
  readonly sockets: DatagramSocket[];
  /** The local port of the next socket; 0: any that is free. */
  nextPort: number;
  retransmitNs: number;
  readonly leastWaitNs: number;
  readonly sendings: number;
  pending: Pending | undefined;
}

interface Pending {
  readonly question: Question;
  readonly transaction: Uint8Array;
  readonly askedNs: number;
  readonly done: (answer: Answer | undefined) => void;
  timer: Timer;
}

/** RFC 8489 6.2.1 doubles the wait from one sending to the next. Its 7 sendings make a silent filter take 40 s. */
const usualSendings = 5;
const firstRetransmitNs = 500 * nsPerMs;
const leastRetransmitNs = 100 * nsPerMs;

export function createQuestioner(
  host: Host,
  {
    family,
    port,
    leastWaitNs = leastRetransmitNs,
    sendings = usualSendings,
  }: Pick<ProbeSettings, 'family' | 'port' | 'leastWaitNs' | 'sendings'>,
): Questioner {
  return {
    ...{ host, family, sockets: [], nextPort: port ?? 0, leastWaitNs, sendings },
    ...{ retransmitNs: firstRetransmitNs, pending: undefined },
  };
}

/** A socket at a local port that this probe has not used before. */
export function openFreshSocket(questioner: Questioner): DatagramSocket {
  const { host, family, sockets, nextPort } = questioner;
  const socket = host.openDatagramSocket(
    { family, port: nextPort },
    { received: (arrived) => hear(questioner, arrived) },
  );
  if (nextPort !== 0) questioner.nextPort++;
  sockets.push(socket);
  return socket;
}

/** Calls back with the answer, or with undefined when none has come to any of the sendings. */
export function ask(
  questioner: Questioner,
  question: Question,
  done: (answer: Answer | undefined) => void,
): void {
  const transaction = new Uint8Array(stunTransactionBytes);
  fillRandom(questioner.host.random, transaction);
  const message = emitQuestion(question, transaction);
  let sent = 0;
  const sendAgain = () => {
    if (sent === questioner.sendings) return settle(questioner, undefined);
    question.from.send(message, question.to);
    const waitNs = questioner.retransmitNs * 2 ** sent++;
    pending.timer = questioner.host.clock.after(waitNs, sendAgain);
  };
  const askedNs = questioner.host.clock.nowNs();
  const timer = questioner.host.clock.after(0, sendAgain);
  const pending: Pending = { question, transaction, askedNs, done, timer };
  questioner.pending = pending;
}

export function closeQuestioner(questioner: Questioner): void {
  questioner.pending?.timer.cancel();
  questioner.pending = undefined;
  for (const socket of questioner.sockets) socket.close();
}

function emitQuestion({ attributes }: Question, transaction: Uint8Array): Uint8Array {
  const message: StunMessage = {
    ...{ class: 'request', method: stunMethod.binding, transaction, attributes },
  };
  const bytes = new Uint8Array(measureStun(message));
  emitStun(bytes, 0, message);
  return bytes;
}

function hear(questioner: Questioner, { from, payload }: DatagramArrived): void {
  const { pending } = questioner;
  const message = parseStun(payload, 0, payload.length);
  if (pending === undefined || isMalformed(message)) return;
  const { transaction, question } = pending;
  if (!message.transaction.every((byte, at) => byte === transaction[at])) return;
  if (message.class === 'request') {
    if (question.answeredBy === undefined) settle(questioner, { mapped: from });
    return;
  }
  const mapped = mappedOf(message);
  if (mapped !== undefined && isSame(from, question.answeredBy)) settle(questioner, { mapped });
}

function mappedOf(message: StunMessage): Endpoint | undefined {
  const xored = findStunAttribute(message, 'xor-mapped-address');
  return (xored ?? findStunAttribute(message, 'mapped-address'))?.endpoint;
}

export function isSame(one: Endpoint, other: Endpoint | undefined): boolean {
  return one.address === other?.address && one.port === other.port;
}

/** The first answer says how long the next ones take: a filter's silence is known that much sooner. */
function settle(questioner: Questioner, answer: Answer | undefined): void {
  const { pending, host } = questioner;
  if (pending === undefined) return;
  pending.timer.cancel();
  questioner.pending = undefined;
  if (answer !== undefined) {
    const tookNs = host.clock.nowNs() - pending.askedNs;
    questioner.retransmitNs = Math.max(questioner.leastWaitNs, 2 * tookNs);
  }
  pending.done(answer);
}
