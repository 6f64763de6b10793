/**
 * Applications on our own stack, each on the link that was chosen for it: they talk to an echo at the same time, and
 * in the middle some are put on another link. One with a spare link goes there when its own is gone. Without a manager
 * all stay where the system has them begin.
 */
import { type Endpoint, type Family, formatIp, type Ip, parseIp } from '../base/address.ts';
import { nsPerMs } from '../base/time.ts';
import type { DatagramArrived, Host, Timer } from '../host/host.ts';
import type { RunningProgram, Settings, StartProgram } from '../host/program.ts';
import { OwnManager } from '../uplinks/own-manager.ts';
import type { OwnDatagram } from '../uplinks/own-sockets.ts';
import { wrongSetting } from './flow-settings.ts';

const intervalNs = 20 * nsPerMs;
/** Answers to what was said last are waited for. */
const patienceNs = 500 * nsPerMs;

type Choices = Readonly<Record<string, string>>;

interface TalkerSettings {
  readonly server: Endpoint;
  /** By application. */
  readonly links: Choices;
  /** Chosen anew in the middle. */
  readonly later: Choices;
  /** For the day when the first is gone. */
  readonly spare: Choices;
  readonly isManaged: boolean;
  /** Of datagrams of each application. */
  readonly count: number;
}

export const startLinkedTalkers: StartProgram = (host, given) => new Talkers(host, read(given));

class Talkers implements RunningProgram {
  readonly #host: Host;
  readonly #settings: TalkerSettings;
  readonly #manager: OwnManager;
  readonly #sockets = new Map<string, OwnDatagram>();
  #timer: Timer | undefined;
  #said = 0;

  constructor(host: Host, settings: TalkerSettings) {
    this.#host = host;
    this.#settings = settings;
    const { isManaged } = settings;
    const rules = isManaged ? rulesOf(settings) : [];
    this.#manager = new OwnManager(host, { asksNobody: !isManaged, rules });
    for (const name of Object.keys(settings.links)) this.#open(name);
    // A rule is an answer that was given earlier.
    const asked = Object.entries(settings.links).filter(([name]) => !(name in settings.spare));
    this.#choose(Object.fromEntries(asked));
    host.lifecycle.ready();
    this.#timer = host.clock.after(intervalNs, () => this.#say());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#manager.close();
    for (const socket of this.#sockets.values()) socket.close();
  }

  #open(name: string): void {
    const { address } = this.#settings.server;
    const family: Family = typeof address === 'number' ? 4 : 6;
    const [first] = this.#manager.links;
    const source = first === undefined ? undefined : family === 4 ? first.ipv4 : first.ipv6;
    if (source === undefined) {
      this.#host.lifecycle.fail('no link leads to the server');
      return;
    }
    const socket = this.#manager.sockets.openDatagram(source, family, {
      received: (arrived) => this.#hear(name, arrived),
    });
    this.#sockets.set(name, socket);
    this.#manager.learn(name, socket.identity);
  }

  #choose(choices: Choices): void {
    if (!this.#settings.isManaged) return;
    for (const [name, link] of Object.entries(choices)) {
      const refused = this.#manager.use(name, link);
      if (refused !== undefined) this.#host.lifecycle.fail(`${name} on ${link}: ${refused}`);
    }
  }

  #say(): void {
    const { count, later, server } = this.#settings;
    if (this.#said === count) {
      this.#timer = this.#host.clock.after(patienceNs, () => this.#host.lifecycle.finish());
      return;
    }
    if (this.#said === count >> 1) this.#choose(later);
    this.#said += 1;
    for (const socket of this.#sockets.values()) socket.send(new Uint8Array(200), server);
    this.#timer = this.#host.clock.after(intervalNs, () => this.#say());
  }

  /** Astray: what was sent from the address of one link comes back by another. */
  #hear(application: string, { to, interface: link }: DatagramArrived): void {
    const owner = this.#manager.links.find(({ ipv4, ipv6 }) =>
      [ipv4, ipv6].includes(to.address as never),
    );
    const address = formatIp(to.address);
    const isAstray = owner?.name !== link;
    this.#host.records.record('links.answered', { application, link, address, isAstray });
  }
}

function rulesOf({ links, spare }: TalkerSettings) {
  return Object.entries(spare).map(([name, next]) => {
    const wanted = [links[name], next].filter((link) => link !== undefined);
    return { name, links: wanted, whenLost: 'move' } as const;
  });
}

function read(settings: Settings): TalkerSettings {
  const { server, port, managed = true, count = 200 } = settings;
  const [first] = Array.isArray(server) ? server : [server];
  const address: Ip | undefined = typeof first === 'string' ? parseIp(first) : undefined;
  if (address === undefined) throw wrongSetting('server', server);
  if (typeof port !== 'number') throw wrongSetting('port', port);
  if (typeof count !== 'number') throw wrongSetting('count', count);
  const links = readChoices(settings, 'links');
  const later = readChoices(settings, 'later');
  const spare = readChoices(settings, 'spare');
  const isManaged = managed === true;
  return { server: { address, port }, links, later, spare, isManaged, count };
}

function readChoices(settings: Settings, name: string): Choices {
  const given = settings[name] ?? {};
  const isMap = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isMap || Object.values(given).some((link) => typeof link !== 'string')) {
    throw wrongSetting(name, given);
  }
  return given as Choices;
}
