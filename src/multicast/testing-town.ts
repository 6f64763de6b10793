/**
 * A town that joins, leaves, moves, logs on and off as chance has it, while its server works or does not.
 * After each step it is held against what must be: a host has a group exactly where it wants it, its
 * account may have it, and the server has said so to the last question about it.
 */
import { formatIp, type Ip, parseIpv4 } from '../base/address.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { drawBelow, drawChance, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import type { AccessMode } from './settings.ts';
import type { Question } from './sink.ts';
import { macOf, TestingSwitch } from './testing-switch.ts';

export interface TownPlan {
  readonly mode: AccessMode;
  readonly subscribers: number;
  readonly groups: number;
  readonly steps: number;
}

interface Subscriber {
  readonly number: number;
  readonly mac: Mac;
  port: string;
  /** Of the account that it is logged on with. */
  account: number | undefined;
  readonly wishes: Set<Ip>;
  /** By group, the last question about it; whether the server said yes to that one. */
  readonly asked: Map<Ip, { readonly request: number; isGranted: boolean }>;
}

const groupOf = (number: number): Ip => parseIpv4(`239.1.${number >> 8}.${number & 255}`)!;

export class Town {
  readonly at: TestingSwitch;
  readonly #random: Random;
  readonly #plan: TownPlan;
  readonly #subscribers: readonly Subscriber[];
  readonly #groups: readonly Ip[];
  readonly #numbers: ReadonlyMap<Ip, number>;
  /** For each account and group: it may have it, as about a third may. */
  readonly #entitled: Uint8Array;
  /** What the step at hand may have changed. */
  readonly #touched = new Map<Subscriber, Set<Ip>>();

  constructor(seed: number, plan: TownPlan) {
    this.#random = seedRandom(seed, 'town');
    this.#plan = plan;
    const numbers = Array.from({ length: plan.subscribers }, (_, number) => number);
    this.#groups = Array.from({ length: plan.groups }, (_, number) => groupOf(number));
    this.#numbers = new Map(this.#groups.map((group, number) => [group, number]));
    this.#entitled = new Uint8Array(plan.subscribers * plan.groups);
    for (let at = 0; at < this.#entitled.length; at++) {
      this.#entitled[at] = drawChance(this.#random, 1 / 3) ? 1 : 0;
    }
    this.#subscribers = numbers.map((number) => {
      const itself = { number, mac: macOf(number), port: `p${number}`, account: undefined };
      return { ...itself, wishes: new Set(), asked: new Map() };
    });
    this.at = this.#openSwitch(numbers.map((number) => `p${number}`));
  }

  #openSwitch(ports: readonly string[]): TestingSwitch {
    const more = { mostGroups: 1_000_000, burstRequests: 1e9, refusalNs: 0 };
    const at = new TestingSwitch(this.#plan.mode, ports, more);
    at.records.push = () => 0;
    at.tickets.push = () => 0;
    at.queries.push = () => 0;
    at.mayHave = (account, group) => this.#mayHave(Number(account.slice(1)), group);
    at.onAsk = ({ mac, group, request }) => {
      const subscriber = this.#of(mac);
      subscriber.asked.set(group, { request, isGranted: false });
      this.#touch(subscriber, group);
    };
    at.onMembers = (port, group, hosts) => this.#checkHosts(port, group, hosts);
    return at;
  }

  step(): void {
    const subscriber = this.#subscribers[drawBelow(this.#random, this.#subscribers.length)]!;
    this.#act(subscriber, drawBelow(this.#random, 20));
    if (drawChance(this.#random, 0.3)) this.#answerSome();
    this.at.pass(drawBelow(this.#random, 5) * nsPerMs);
    this.#checkTouched();
  }

  /** In the end the server works, hosts repeat what they want, and everybody has all that is theirs. */
  settle(): void {
    this.at.silent.clear();
    this.#answer(this.at.questions.splice(0));
    for (const { port, mac, wishes } of this.#subscribers) {
      for (const group of wishes) this.at.report(port, mac, formatIp(group), 'is-exclude');
    }
    this.#answer(this.at.questions.splice(0));
    this.#checkTouched();
  }

  /** `port group MAC`, of all that is given, in order. */
  given(): string[] {
    const all = [...this.at.given].flatMap(([key, hosts]) => {
      const [port, group] = key.split(' ');
      return hosts.map((host) => `${port} ${group} ${host}`);
    });
    return all.toSorted();
  }

  /** The same of what is wanted and may be had. */
  due(): string[] {
    const all = this.#subscribers.flatMap(({ port, mac, account, wishes }) =>
      [...wishes]
        .filter((group) => account !== undefined && this.#mayHave(account, group))
        .map((group) => `${port} ${formatIp(group)} ${mac}`),
    );
    return all.toSorted();
  }

  #mayHave(account: number, group: Ip): boolean {
    return this.#entitled[account * this.#plan.groups + this.#numbers.get(group)!] === 1;
  }

  #of(mac: Mac): Subscriber {
    return this.#subscribers[mac - macOf(0)]!;
  }

  #act(subscriber: Subscriber, what: number): void {
    if (what < 4) this.#logOn(subscriber);
    else if (what < 5) this.#logOff(subscriber);
    else if (what < 6) this.#move(subscriber);
    else if (what < 7) this.#faultOrRepair();
    else if (what < 14) this.#join(subscriber);
    else this.#leave(subscriber);
  }

  #logOn(subscriber: Subscriber): void {
    const isAnother = drawChance(this.#random, 0.2);
    const account = isAnother
      ? drawBelow(this.#random, this.#subscribers.length)
      : subscriber.number;
    this.#touch(subscriber, ...subscriber.wishes);
    if (subscriber.account === undefined) subscriber.wishes.clear();
    subscriber.account = account;
    if (this.#plan.mode === 'port-based') this.#pushOut(subscriber);
    this.at.login(subscriber.port, subscriber.mac, `a${account}`);
  }

  /** Who was on the port has nothing there any more. */
  #pushOut({ port, number }: Subscriber): void {
    for (const other of this.#subscribers) {
      if (other.port === port && other.number !== number) this.#forget(other);
    }
  }

  #logOff(subscriber: Subscriber): void {
    this.at.logOff(subscriber.port, subscriber.mac);
    this.#forget(subscriber);
  }

  #forget(subscriber: Subscriber): void {
    this.#touch(subscriber, ...subscriber.wishes);
    subscriber.account = undefined;
    subscriber.wishes.clear();
  }

  /** It is pulled out here and put in there, where somebody else may be; it has to log on again. */
  #move(subscriber: Subscriber): void {
    this.#logOff(subscriber);
    subscriber.port = `p${drawBelow(this.#random, this.#subscribers.length)}`;
  }

  #faultOrRepair(): void {
    if (!this.at.silent.delete('first')) this.at.silent.add('first');
  }

  #join(subscriber: Subscriber): void {
    const group = this.#groups[drawBelow(this.#random, this.#plan.groups)]!;
    if (subscriber.account !== undefined) subscriber.wishes.add(group);
    this.at.join(subscriber.port, subscriber.mac, formatIp(group));
    this.#touch(subscriber, group);
  }

  #leave(subscriber: Subscriber): void {
    const group = this.#groups[drawBelow(this.#random, this.#plan.groups)]!;
    this.at.leave(subscriber.port, subscriber.mac, formatIp(group));
    subscriber.wishes.delete(group);
    this.#touch(subscriber, group);
  }

  #answerSome(): void {
    const { questions } = this.at;
    this.#answer(questions.splice(0, drawBelow(this.#random, questions.length + 1)));
  }

  #answer(questions: readonly Question[]): void {
    for (const question of questions) {
      const subscriber = this.#of(question.mac);
      const last = subscriber.asked.get(question.group);
      if (last?.request === question.request) {
        last.isGranted = this.at.verdictOn(question) === 'accept';
      }
      this.at.answer(question);
      this.#touch(subscriber, question.group);
    }
  }

  #touch(subscriber: Subscriber, ...groups: readonly Ip[]): void {
    const known = this.#touched.get(subscriber) ?? new Set();
    for (const group of groups) known.add(group);
    this.#touched.set(subscriber, known);
  }

  /** Whoever is told of stands there; what they may have is looked at when the step is done. */
  #checkHosts(port: string, group: Ip, hosts: readonly Mac[]): void {
    for (const host of hosts) this.#touch(this.#of(host), group);
    const astray = hosts.find((host) => this.#of(host).port !== port);
    if (astray !== undefined) {
      throw new Error(`${formatMac(astray)} is not behind ${port}, which has ${formatIp(group)}`);
    }
  }

  #checkTouched(): void {
    for (const [subscriber, groups] of this.#touched) {
      for (const group of groups) this.#check(subscriber, group);
    }
    this.#touched.clear();
  }

  #check({ port, mac, account, wishes, asked }: Subscriber, group: Ip): void {
    const isEntitled = account !== undefined && this.#mayHave(account, group);
    const isGranted = asked.get(group)?.isGranted === true;
    const isDue = wishes.has(group) && isEntitled && isGranted;
    const isGiven = this.at.given.get(`${port} ${formatIp(group)} any`)?.includes(mac) === true;
    if (isGiven === isDue) return;
    const what = isGiven ? 'given and not due' : 'due and not given';
    throw new Error(`${what}: ${formatIp(group)} to ${formatMac(mac)} behind ${port}`);
  }
}
