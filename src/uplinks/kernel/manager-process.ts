/** The connection manager as a process: it looks at links and sockets, keeps rules, and touches no descriptor. */

import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { formatEndpoint } from '../../base/address.ts';
import { nearestWord } from '../../base/nearest.ts';
import { waitReadable } from '../../linux/descriptor.ts';
import { RouteSocket, routeGroup } from '../../linux/route-socket.ts';
import { openDiagSocket } from '../../linux/socket-diag.ts';
import type { RecordSink } from '../../trace/record.ts';
import { emitChange } from '../change-message.ts';
import {
  answer,
  hearOutcome,
  isOn,
  learnLinks,
  learnSockets,
  moveSocket,
  resetSocket,
  skip,
} from '../manager.ts';
import {
  type ApplicationRow,
  createManager,
  type LiveLink,
  type ManagerSink,
  type ManagerState,
  type SocketRow,
} from '../manager-state.ts';
import { mechanismRow, meetsClaim } from '../mechanisms.ts';
import { readRules } from '../read-rules.ts';
import { defaultName, linkOf, type Rule, ruleFor, withRule } from '../rules.ts';
import { formatSocket, parseSocket } from '../socket-identity.ts';
import { emitLinkGone, emitSteer } from '../steer-message.ts';
import { writeRule } from '../write-rules.ts';
import { listApplications } from './applications.ts';
import { type DoorAnswer, openDoor, type Question, type SocketReport } from './door.ts';
import { listLiveLinks } from './link-names.ts';
import { MessageReader } from './message-stream.ts';
import { listProcesses, namesOf, namespaceOf, ownPid } from './process-table.ts';

const tickMs = 50;
/** A link that goes is not waited for: what the kernel tells of links is looked at more often. */
const linkTickMs = 10;
/** Sockets are looked at each so many ticks. */
const ticksToLook = 4;
const outcomePatienceMs = 5_000;

/** So long a process may still become another program, or enter this terminal. */
const youngTicks = 100;

interface SeenProcess {
  readonly sinceTick: number;
  /** The name of the one that was sent for it. */
  rule: string | undefined;
}

export interface ManagerProcessOptions {
  readonly stackSide: Socket;
  readonly records: RecordSink;
  readonly rulesFile: string;
  readonly asksAlways: boolean;
  /** It holds sockets of others while it changes them, and is no application. */
  readonly stackPid: number;
}

export class ManagerProcess implements AsyncDisposable {
  readonly #options: ManagerProcessOptions;
  readonly #state: ManagerState;
  readonly #diag = openDiagSocket();
  readonly #route = new RouteSocket();
  /** What happens to links and their addresses. */
  readonly #linkEvents = new RouteSocket(
    routeGroup.links | routeGroup.ipv4Addresses | routeGroup.ipv6Addresses,
  );
  readonly #namespace = namespaceOf('self')!;
  readonly #processes = new Map<number, SeenProcess>();
  readonly #waiting = new Map<number, () => void>();
  #steersSent = 0;
  #steersHeard = 0;
  #door: Server | undefined;
  #ticks = 0;
  readonly #timers: NodeJS.Timeout[] = [];

  private constructor(options: ManagerProcessOptions) {
    this.#options = options;
    const { rulesFile, asksAlways } = options;
    const rules = existsSync(rulesFile)
      ? readRules(rulesFile, readFileSync(rulesFile, 'utf8'))
      : [];
    this.#state = createManager({ rules, asksAlways });
    const reader = new MessageReader();
    options.stackSide.on('data', (piece: Uint8Array) => {
      for (const message of reader.read(piece)) {
        if (message?.kind !== 'outcome') continue;
        if (message.order === 0) this.#steersHeard += 1;
        hearOutcome(this.#state, message);
        this.#waiting.get(message.order)?.();
      }
    });
  }

  static async start(options: ManagerProcessOptions): Promise<ManagerProcess> {
    const manager = new ManagerProcess(options);
    manager.#lookAtLinks();
    manager.#look();
    manager.#door = await openDoor((question) => manager.#answer(question));
    await manager.#inForce();
    manager.#timers.push(
      setInterval(() => manager.#tick(), tickMs),
      setInterval(() => manager.#hearOfLinks(), linkTickMs),
    );
    return manager;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#door?.close();
    this.#diag[Symbol.dispose]();
    this.#route[Symbol.dispose]();
    this.#linkEvents[Symbol.dispose]();
  }

  readonly #sink: ManagerSink = {
    prompt: () => undefined,
    change: (order, { socket, holder }, address, action) => {
      const { identity } = socket;
      const common = { kind: 'change', order, action, address } as const;
      this.#send(emitChange({ ...common, socket: identity, holder }));
    },
    steer: (row, link) => this.#steerApplication(row, link),
    linkGone: (address) => this.#send(emitLinkGone({ kind: 'link-gone', address })),
    keep: (rule) => this.#keep(rule),
    record: (kind, fields) => this.#options.records.record(kind, fields),
  };

  #send(bytes: Uint8Array): void {
    this.#options.stackSide.write(bytes);
  }

  #tick(): void {
    this.#ticks += 1;
    this.#lookAtProcesses();
    if (this.#ticks % ticksToLook !== 0) return;
    this.#lookAtLinks();
    this.#look();
  }

  #hearOfLinks(): void {
    if (!waitReadable(this.#linkEvents.fd, 0)) return;
    this.#linkEvents.drain();
    this.#lookAtLinks();
  }

  #look(): void {
    const ignored = new Set([ownPid, this.#options.stackPid]);
    const seen = listApplications(this.#diag, this.#namespace, ignored);
    learnSockets(this.#state, seen, this.#sink);
  }

  #lookAtLinks(): void {
    const links = listLiveLinks(this.#route).map(({ name, ipv4, ipv6 }) => ({ name, ipv4, ipv6 }));
    if (JSON.stringify(links) === JSON.stringify(this.#state.links)) return;
    learnLinks(this.#state, links, this.#sink);
    this.#steerNames();
    for (const pid of this.#processes.keys()) this.#steerProcess(pid, true);
  }

  /** So that a process that has just begun is where its rule says before it connects, where that can be. */
  #lookAtProcesses(): void {
    const standing = new Set(listProcesses());
    for (const pid of standing) {
      const { sinceTick } = this.#seen(pid);
      if (this.#ticks - sinceTick <= youngTicks) this.#steerProcess(pid);
    }
    for (const [pid, { rule }] of this.#processes) {
      if (standing.has(pid)) continue;
      this.#processes.delete(pid);
      if (rule !== undefined) this.#forget(pid, '');
    }
  }

  #steerNames(): void {
    for (const rule of this.#state.rules) {
      const command = rule.name === defaultName ? '' : rule.name;
      this.#steer(0, command, this.#linkFor(rule));
    }
  }

  #seen(pid: number): SeenProcess {
    const known = this.#processes.get(pid) ?? { sinceTick: this.#ticks, rule: undefined };
    this.#processes.set(pid, known);
    return known;
  }

  /** The default holds for whoever has no rule of its own: it would hide that of the program which one becomes. */
  #steerProcess(pid: number, isAgain = false): void {
    if (this.#state.asksAlways || namespaceOf(pid) !== this.#namespace) return;
    const rule = ruleFor(this.#state.rules, namesOf(pid));
    const seen = this.#seen(pid);
    if (rule === undefined || rule.name === defaultName) return;
    if (rule.name === seen.rule && !isAgain) return;
    seen.rule = rule.name;
    this.#steer(pid, '', this.#linkFor(rule));
  }

  #steerApplication(row: ApplicationRow, link: LiveLink | undefined): void {
    const pids = [...this.#state.sockets.values()]
      .filter(({ application }) => application === row.name)
      .map(({ holder }) => holder.process);
    for (const pid of new Set(pids)) {
      this.#seen(pid).rule = row.name;
      this.#steer(pid, '', link);
    }
    if (row.answer.kind === 'given' && row.answer.rule.name === row.name) {
      this.#steer(0, row.name, link);
    }
  }

  #linkFor(rule: Rule): LiveLink | undefined {
    const { links } = this.#state;
    const chosen = linkOf(
      rule,
      links.map(({ name }) => name),
    );
    return links.find(({ name }) => name === chosen);
  }

  #steer(process: number, command: string, link: LiveLink | undefined): void {
    const addresses = { ipv4: link?.ipv4, ipv6: link?.ipv6 };
    this.#steersSent += 1;
    this.#send(emitSteer({ kind: 'steer', process, command, ...addresses, isForgotten: false }));
  }

  /** The stack side has done what it was told by now about sockets to come. */
  async #inForce(): Promise<void> {
    const sent = this.#steersSent;
    while (this.#steersHeard < sent) await once(this.#options.stackSide, 'data');
  }

  #forget(process: number, command: string): void {
    const none = { ipv4: undefined, ipv6: undefined };
    this.#steersSent += 1;
    this.#send(emitSteer({ kind: 'steer', process, command, ...none, isForgotten: true }));
  }

  #keep(rule: Rule): void {
    const { rulesFile } = this.#options;
    this.#state.rules = withRule(this.#state.rules, rule);
    mkdirSync(dirname(rulesFile), { recursive: true });
    const text = existsSync(rulesFile) ? readFileSync(rulesFile, 'utf8') : '';
    writeFileSync(rulesFile, writeRule(text, rule));
  }

  async #answer(question: Question): Promise<DoorAnswer> {
    this.#look();
    switch (question.ask) {
      case 'apps':
        return { answer: 'apps', sockets: this.#reports(() => true) };
      case 'questions':
        return { answer: 'questions', questions: this.#questions() };
      case 'use':
        return await this.#use(question);
      case 'reset':
        return await this.#reset(question.target);
      case 'skip': {
        const why = skip(this.#state, question.target);
        return why === undefined ? { answer: 'done', sockets: [] } : { answer: 'refused', why };
      }
    }
  }

  #questions() {
    return [...this.#state.applications.values()].flatMap(({ name, answer: given }) =>
      given.kind === 'asked' ? [{ application: name, offered: given.offered }] : [],
    );
  }

  /** An application for good; a process or a socket as it stands now. */
  async #use({ target, link, isExpected }: Question & { ask: 'use' }): Promise<DoorAnswer> {
    const meant = this.#meant(target);
    const first = this.#state.nextOrder;
    if (this.#state.applications.has(target)) {
      const why = answer(this.#state, target, link, this.#sink);
      if (why !== undefined) return { answer: 'refused', why };
    } else if (meant.length === 0 && isName(target)) {
      if (!this.#state.links.some(({ name }) => name === link)) return refusedLink;
      const names = this.#knownNames();
      if (!isExpected && !names.has(target)) {
        return { answer: 'refused', why: 'unknown-name', nearest: nearestWord(target, names) };
      }
      this.#keep({ name: target, links: [link], whenLost: 'move' });
      this.#steerNames();
    } else {
      if (meant.length === 0) return { answer: 'refused', why: unknownOf(target) };
      for (const row of meant) {
        const order = moveSocket(this.#state, row.socket.identity.cookie, link, this.#sink);
        if (typeof order === 'string') return { answer: 'refused', why: order };
      }
    }
    await this.#outcomesFrom(first);
    return { answer: 'done', sockets: this.#reports((row) => meant.includes(row)) };
  }

  /** Of all that runs in this terminal, with a socket or without, and of what has a rule. */
  #knownNames(): ReadonlySet<string> {
    const here = listProcesses().filter((pid) => namespaceOf(pid) === this.#namespace);
    const ruled = this.#state.rules.map(({ name }) => name);
    return new Set([...ruled, ...here.flatMap((pid) => namesOf(pid))]);
  }

  async #reset(target: string): Promise<DoorAnswer> {
    const meant = this.#meant(target).filter(({ socket }) => socket.standing === 'connected');
    if (meant.length === 0) return { answer: 'refused', why: unknownOf(target) };
    const first = this.#state.nextOrder;
    for (const { socket } of meant) resetSocket(this.#state, socket.identity.cookie, this.#sink);
    await this.#outcomesFrom(first);
    return { answer: 'done', sockets: meant.map((row) => this.#report(row)) };
  }

  #meant(target: string): SocketRow[] {
    return [...this.#state.sockets.values()].filter(
      ({ application, holder, socket }) =>
        application === target ||
        String(holder.process) === target ||
        formatSocket(socket.identity) === target,
    );
  }

  async #outcomesFrom(first: number): Promise<void> {
    await this.#inForce();
    const orders = [...this.#state.orders.keys()].filter((order) => order >= first);
    const heard = orders.map(
      (order) => new Promise<void>((resolve) => this.#waiting.set(order, resolve)),
    );
    const patience = new Promise<void>((resolve) => {
      setTimeout(resolve, outcomePatienceMs).unref();
    });
    await Promise.race([Promise.all(heard), patience]);
    for (const order of orders) this.#waiting.delete(order);
    this.#look();
  }

  #reports(isWanted: (row: SocketRow) => boolean): SocketReport[] {
    return [...this.#state.sockets.values()].filter(isWanted).map((row) => this.#report(row));
  }

  #report({ application, holder, socket, outcome }: SocketRow): SocketReport {
    const { identity, standing, local, remote, sentBytes, receivedBytes } = socket;
    const row = outcome?.mechanism && mechanismRow(outcome.mechanism);
    const link = this.#state.links.find((one) => isOn(socket, one));
    return {
      ...{ application, process: holder.process, socket: formatSocket(identity), standing },
      ...{ local: formatEndpoint(local), remote: formatEndpoint(remote) },
      ...{ sentBytes: sentBytes ?? null, receivedBytes: receivedBytes ?? null },
      link: link?.name ?? null,
      result: outcome?.result ?? null,
      mechanism: row?.mechanism ?? null,
      meetsClaim: row === undefined ? null : outcome!.result === 'moved' && meetsClaim(row),
    };
  }
}

const refusedLink: DoorAnswer = { answer: 'refused', why: 'unknown-link' };

/** Of an application that may not run yet: no process, no socket. */
function isName(target: string): boolean {
  return !/^\d+$/.test(target) && parseSocket(target) === undefined;
}

function unknownOf(target: string): string {
  return target.includes(':') ? 'unknown-socket' : 'unknown-application';
}
