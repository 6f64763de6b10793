/** Whatever happens, in whatever order: who has a group is who is entitled to it and wants it. */
import test from 'ava';
import { formatIp, type Ip, parseIpv4 } from '../base/address.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawBelow, drawChance, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import { type AccessMode, accessModes } from './settings.ts';
import { macOf, TestingSwitch } from './testing-switch.ts';

interface Subscriber {
  readonly number: number;
  port: string;
  /** Of the account that it is logged on with. */
  account: string | undefined;
  readonly wishes: Set<Ip>;
}

interface Ground {
  readonly mode: AccessMode;
  readonly subscribers: number;
  readonly groups: number;
  readonly steps: number;
}

const groupOf = (number: number): Ip => parseIpv4(`239.1.${number >> 8}.${number & 255}`)!;

class Street {
  readonly random: Random;
  readonly ground: Ground;
  readonly at: TestingSwitch;
  readonly subscribers: Subscriber[];

  constructor(seed: number, ground: Ground) {
    this.random = seedRandom(seed, 'street');
    this.ground = ground;
    const numbers = Array.from({ length: ground.subscribers }, (_, number) => number);
    const more = { mostGroups: 1_000_000, burstRequests: 1e9, refusalNs: 0 };
    this.at = new TestingSwitch(
      ground.mode,
      numbers.map((number) => `p${number}`),
      more,
    );
    this.at.records.push = () => 0;
    this.subscribers = numbers.map((number) => {
      return { number, port: `p${number}`, account: undefined, wishes: new Set<Ip>() };
    });
    for (const number of numbers) this.#entitle(`a${number}`);
  }

  /** Each account has about a third of the groups. */
  #entitle(account: string): void {
    for (let group = 0; group < this.ground.groups; group++) {
      if (drawChance(this.random, 1 / 3))
        this.at.entitled.add(`${account} ${formatIp(groupOf(group))}`);
    }
  }

  step(): void {
    this.move();
    this.checkNeverMore();
  }

  move(): void {
    const subscriber = this.subscribers[drawBelow(this.random, this.subscribers.length)]!;
    this.#act(subscriber, drawBelow(this.random, 20));
    if (drawChance(this.random, 0.3)) this.#answerSome();
    this.at.pass(drawBelow(this.random, 5) * nsPerMs);
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
    const isAnother = drawChance(this.random, 0.2);
    const account = isAnother ? drawBelow(this.random, this.subscribers.length) : subscriber.number;
    if (subscriber.account === undefined) subscriber.wishes.clear();
    subscriber.account = `a${account}`;
    if (this.ground.mode === 'port-based') this.#pushOut(subscriber);
    this.at.login(subscriber.port, macOf(subscriber.number), subscriber.account);
  }

  /** Who was on the port has nothing there any more. */
  #pushOut({ port, number }: Subscriber): void {
    for (const other of this.subscribers) {
      if (other.port !== port || other.number === number) continue;
      other.account = undefined;
      other.wishes.clear();
    }
  }

  #logOff(subscriber: Subscriber): void {
    this.at.logOff(subscriber.port, macOf(subscriber.number));
    subscriber.account = undefined;
    subscriber.wishes.clear();
  }

  /** It is pulled out here and put in there, where somebody else may be; it has to log on again. */
  #move(subscriber: Subscriber): void {
    this.#logOff(subscriber);
    subscriber.port = `p${drawBelow(this.random, this.subscribers.length)}`;
  }

  #faultOrRepair(): void {
    if (!this.at.silent.delete('first')) this.at.silent.add('first');
  }

  #join(subscriber: Subscriber): void {
    const group = groupOf(drawBelow(this.random, this.ground.groups));
    this.at.join(subscriber.port, macOf(subscriber.number), formatIp(group));
    if (subscriber.account !== undefined) subscriber.wishes.add(group);
  }

  #leave(subscriber: Subscriber): void {
    const group = groupOf(drawBelow(this.random, this.ground.groups));
    this.at.leave(subscriber.port, macOf(subscriber.number), formatIp(group));
    subscriber.wishes.delete(group);
  }

  #answerSome(): void {
    const { questions } = this.at;
    for (const question of questions.splice(0, drawBelow(this.random, questions.length + 1))) {
      this.at.answer(question);
    }
  }

  /** At every moment: nobody has what it is not entitled to, or does not want. */
  checkNeverMore(): void {
    for (const given of this.#given()) {
      if (!this.#isDue(given)) throw new Error(`given and not due: ${given}`);
    }
  }

  /** In the end the server works, hosts repeat what they want, and everybody has all that is theirs. */
  settle(): string[] {
    this.at.silent.clear();
    this.at.answerAll();
    for (const subscriber of this.subscribers) this.#repeat(subscriber);
    this.at.answerAll();
    return this.#given().toSorted();
  }

  #repeat({ port, number, wishes }: Subscriber): void {
    for (const group of wishes) this.at.report(port, macOf(number), formatIp(group), 'is-exclude');
  }

  due(): string[] {
    return this.subscribers.flatMap(({ port, number, account, wishes }) =>
      [...wishes]
        .map(formatIp)
        .filter((group) => this.at.entitled.has(`${account} ${group}`))
        .map((group) => `${port} ${group} ${macOf(number)}`),
    );
  }

  #given(): string[] {
    return [...this.at.given].flatMap(([key, hosts]) => {
      const [port, group] = key.split(' ');
      return hosts.map((host) => `${port} ${group} ${host}`);
    });
  }

  #isDue(given: string): boolean {
    const [port, group, host] = given.split(' ');
    const subscriber = this.subscribers[Number(host) - macOf(0)]!;
    const isWanted = [...subscriber.wishes].some((wish) => formatIp(wish) === group);
    const isEntitled = this.at.entitled.has(`${subscriber.account} ${group}`);
    return subscriber.port === port && isWanted && isEntitled;
  }
}

const small = { subscribers: 6, groups: 5, steps: 150 };

for (const mode of accessModes) {
  test(`membership is entitlement and wish, never more at any moment (${mode})`, (t) => {
    const { seed, numRuns } = propertyRuns(50);
    let given = 0;
    for (let run = 0; run < numRuns; run++) {
      const street = new Street(seed * 100_000 + run, { mode, ...small });
      for (let step = 0; step < small.steps; step++) street.step();
      const settled = street.settle();
      t.deepEqual(settled, street.due().toSorted(), `seed ${seed * 100_000 + run}`);
      given += settled.length;
    }
    t.true(given > numRuns, 'somebody had something');
  });
}

const town: Ground = { mode: 'mac-based', subscribers: 10_000, groups: 200, steps: 60_000 };

const { seed: firstSeed, numRuns: towns } = propertyRuns(1);

for (let seed = firstSeed; seed < firstSeed + towns; seed++) {
  test(`ten thousand subscribers, two hundred groups: membership is entitlement and wish (seed ${seed})`, (t) => {
    const street = new Street(seed, town);
    for (let step = 1; step <= town.steps; step++) {
      street.move();
      if (step % 20_000 === 0) street.checkNeverMore();
    }
    const settled = street.settle();
    t.deepEqual(settled, street.due().toSorted());
    t.true(settled.length > 1_000);
  });
}

test('control: a switch that gives before it is answered is found out', (t) => {
  const street = new Street(1, { mode: 'mac-based', ...small });
  street.at.ask = ({ port, group, mac }) => street.at.setMembers(port, group, 'any', [mac]);
  const walk = () => {
    for (let step = 0; step < small.steps; step++) street.step();
  };
  t.throws(walk, { message: /given and not due/ });
});
