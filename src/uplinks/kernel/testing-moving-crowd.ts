/** A terminal with a manager, applications that are moved by it, and applications that nobody asks to be moved. */
import process from 'node:process';
import { type Endpoint, formatEndpoint } from '../../base/address.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { type DiagSocket, openDiagSocket } from '../../linux/socket-diag.ts';
import { formatSocket } from '../socket-identity.ts';
import type { DoorAnswer, Question } from './door.ts';
import { markOf } from './link-routing.ts';
import { socketsHeldBy } from './process-table.ts';
import { type Chat, Chatter } from './testing-crowd.ts';
import { ManagedTerminal } from './testing-managed.ts';
import { type SocketViews, socketsOf, standingIn, viewsOf } from './testing-socket-views.ts';
import { addressOn, indexOf, type lte, type wifi } from './testing-terminal.ts';
import { countWire, type WireCounts } from './testing-wire-counts.ts';

type Link = typeof wifi | typeof lte;

export interface Held {
  readonly chatter: Chatter;
  /** As it was when the application began, on Wi-Fi. */
  readonly socket: DiagSocket;
  readonly id: string;
  readonly home: Endpoint;
}

export class MovingCrowd implements AsyncDisposable {
  readonly managed = new ManagedTerminal();
  readonly movers: Held[] = [];
  readonly bystanders: Held[] = [];
  standingBefore: Readonly<Record<string, string>> = {};
  readonly wire: WireCounts;
  readonly #diag: RouteSocket;

  constructor() {
    this.#diag = this.managed.terminal.within(() => openDiagSocket());
    this.wire = countWire(this.managed.terminal);
  }

  async start(rules = ''): Promise<void> {
    const { managed } = this;
    await managed.terminal.startFar();
    const kinds = ['udp4', 'udp6', 'tcp'] as const;
    const moving = [...kinds, ...kinds].map(
      (kind, at) => new Chatter(managed, `mover-${at}`, kind),
    );
    const staying = kinds.map((kind, at) => new Chatter(managed, `bystander-${at}`, kind));
    for (const one of moving) this.movers.push(this.#holding(await one.ready()));
    for (const one of staying) this.bystanders.push(this.#holding(await one.ready()));
    this.standingBefore = this.standing;
    await managed.start(rules);
  }

  #holding(chatter: Chatter): Held {
    const inodes = new Set(socketsHeldBy(chatter.pid).map(({ inode }) => inode));
    const socket = socketsOf(this.#diag).find(({ inode }) => inodes.has(inode))!;
    return { chatter, socket, id: formatSocket(socket), home: socket.local };
  }

  ask(question: Question): Promise<DoorAnswer> {
    return this.managed.ask(question);
  }

  use(target: string, link: Link): Promise<DoorAnswer> {
    return this.ask({ ask: 'use', target, link: link.name, isExpected: false });
  }

  get views(): SocketViews {
    return viewsOf(socketsOf(this.#diag));
  }

  /** What the kernel shall tell of a socket that was put on a link: TCP keeps its address, and a mark leads it. */
  viewOn({ socket, home }: Held, link: Link): string {
    const isDatagram = socket.protocol === 'udp';
    const address = isDatagram ? addressOn(link, socket.family) : home.address;
    const isLed = address !== addressOn(link, socket.family);
    const local = formatEndpoint({ address, port: home.port });
    return `${local} ${formatEndpoint(socket.remote)} mark ${isLed ? markOf(this.#indexOf(link)) : 0}`;
  }

  #indexOf({ name }: Link): number {
    using route = this.managed.terminal.within(() => new RouteSocket());
    return indexOf(route, name);
  }

  get standing(): Readonly<Record<string, string>> {
    return standingIn(this.managed.terminal, this.#diag);
  }

  /** `side`: the manager, or who does what it says; both end with either. */
  async kill(side: 'manager' | 'stack'): Promise<void> {
    const kind = side === 'manager' ? 'links.ready' : 'links.stack-ready';
    const { pid } = await this.managed.until((said) => said.kind === kind);
    const { launcher } = this.managed;
    const ended = new Promise((resolve) => launcher!.once('exit', resolve));
    process.kill(Number(pid), 'SIGKILL');
    await ended;
  }

  async stop(): Promise<readonly (readonly [Held, Chat])[]> {
    const all = [...this.movers, ...this.bystanders];
    return await Promise.all(all.map(async (one) => [one, await one.chatter.stop()] as const));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#diag[Symbol.dispose]();
    await this.managed[Symbol.asyncDispose]();
  }
}
