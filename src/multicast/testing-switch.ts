/** A switch without a network: reports go in, questions wait until the test lets the server answer. */
import { formatIp, type Ip, parseIp } from '../base/address.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import type { Field } from '../trace/record.ts';
import type { GroupChange } from '../wire/group-record.ts';
import { type Answer, takeAnswer } from './answer.ts';
import type { Ending } from './membership.ts';
import { takeReport } from './request.ts';
import { authenticate, deauthenticate, losePort } from './session.ts';
import { type AccessMode, defaultSettings, type MulticastSettings } from './settings.ts';
import type { AccountingTicket, MulticastSink, Question } from './sink.ts';
import { createMulticast, type MulticastState } from './state.ts';
import { advanceMulticast } from './timers.ts';

export interface Noted {
  readonly kind: string;
  readonly [field: string]: Field;
}

export const ip = (text: string): Ip => parseIp(text)!;
export const macOf = (number: number): Mac => (0x0200_0000_0000 + number) as Mac;

export class TestingSwitch implements MulticastSink {
  readonly state: MulticastState;
  readonly records: Noted[] = [];
  readonly questions: Question[] = [];
  readonly tickets: AccountingTicket[] = [];
  readonly queries: string[] = [];
  /** What the bridge gives to whom: `port group source`, and the MACs. */
  readonly given = new Map<string, readonly Mac[]>();
  /** `account group`, as the server has it. */
  readonly entitled = new Set<string>();
  /** Servers that do not answer. */
  readonly silent = new Set<string>();
  nowNs = 0;
  /** Whoever watches is told of each question, and of each change of what a port has. */
  onAsk: (question: Question) => void = () => {};
  onMembers: (port: string, group: Ip, hosts: readonly Mac[]) => void = () => {};
  mayHave = (account: string, group: Ip): boolean =>
    this.entitled.has(`${account} ${formatIp(group)}`);

  constructor(mode: AccessMode, ports: readonly string[], more: Partial<MulticastSettings> = {}) {
    const settings = { ...defaultSettings, ...more };
    this.state = createMulticast({ ...settings, ports: ports.map((name) => ({ name, mode })) });
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.records.push({ ...fields, kind });
  }

  ask(question: Question): void {
    this.questions.push(question);
    this.onAsk(question);
  }

  setMembers(port: string, group: Ip, source: Ip | 'any', hosts: readonly Mac[]): void {
    const key = `${port} ${formatIp(group)} ${source === 'any' ? source : formatIp(source)}`;
    if (hosts.length === 0) this.given.delete(key);
    else this.given.set(key, hosts);
    this.onMembers(port, group, hosts);
  }

  account(ticket: AccountingTicket): void {
    this.tickets.push(ticket);
  }

  query(port: string): void {
    this.queries.push(port);
  }

  login(port: string, mac: Mac, account: string, server = 'first'): void {
    const session = `${formatMac(mac)}@${port}`;
    authenticate(this.state, this.nowNs, { port, mac, account, server, session }, this);
  }

  logOff(port: string, mac: Mac, ending: Ending = 'log-off'): void {
    deauthenticate(this.state, this.nowNs, port, mac, ending, this);
  }

  loseLink(port: string): void {
    losePort(this.state, this.nowNs, port, this);
  }

  report(port: string, mac: Mac, group: string, change: GroupChange, ...sources: string[]): void {
    const record = { change, group: ip(group), sources: sources.map(ip) };
    const report = { mac, message: 'report-v3', records: [record] };
    takeReport(this.state, this.nowNs, port, report, this);
  }

  join(port: string, mac: Mac, group: string): void {
    this.report(port, mac, group, 'to-exclude');
  }

  leave(port: string, mac: Mac, group: string): void {
    this.report(port, mac, group, 'to-include');
  }

  /** The server answers all that it was asked; a silent one is given up. */
  answerAll(): void {
    for (const question of this.questions.splice(0)) this.answer(question);
  }

  answer(question: Question): void {
    takeAnswer(this.state, this.nowNs, question.request, this.verdictOn(question), this);
  }

  verdictOn({ server, account, group }: Question): Answer {
    if (this.silent.has(server)) return 'unanswered';
    return this.mayHave(account, group) ? 'accept' : 'reject';
  }

  /** Lets time pass, each deadline at its moment. */
  pass(ns: number): void {
    const untilNs = this.nowNs + ns;
    while (this.state.deadlineNs <= untilNs) {
      this.nowNs = Math.max(this.nowNs, this.state.deadlineNs);
      advanceMulticast(this.state, this.nowNs, this);
    }
    this.nowNs = untilNs;
  }

  /** `port group source`, in order. */
  get entries(): string[] {
    return [...this.given.keys()].toSorted();
  }

  kinds(): string[] {
    return this.records.map(({ kind }) => kind.replace('multicast.', ''));
  }

  refusals(): unknown[] {
    return this.records
      .filter(({ kind }) => kind === 'multicast.refused')
      .map(({ reason }) => reason);
  }
}
