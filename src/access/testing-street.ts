/**
 * A street of real parts in namespaces without names: an access switch, RADIUS servers, a source of multicast,
 * and subscribers with a stock supplicant and the kernel's own IGMP and MLD. What they get is counted by raw sockets.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parsePrefix } from '../base/prefix.ts';
import { changeLink, createVethPair } from '../linux/link.ts';
import { addAddress } from '../linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../linux/network-namespace.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import type { AccessMode } from '../multicast/settings.ts';
import { LineSplitter } from '../trace/line-splitter.ts';
import { makeCertificates } from './certificates.ts';
import { type Account, writeRadiusConfiguration } from './free-radius.ts';
import { findLink } from './testing-link.ts';
import { MulticastSource } from './testing-source.ts';
import { Subscriber } from './testing-subscriber.ts';
import { findTool, hasTool, runTool } from './tool.ts';

export interface StreetPlan {
  readonly mode: AccessMode;
  readonly accounts: readonly Account[];
  /** By port: the hosts behind it; two share a cable by a switch that knows nothing of multicast. */
  readonly ports: Readonly<Record<string, readonly string[]>>;
  readonly servers?: number;
  /** Plain snooping by the bridge, and nobody asks anybody: the control. */
  readonly plain?: boolean;
  readonly timing?: Readonly<Record<string, number>>;
  readonly firstServers?: Readonly<Record<string, string>>;
}

export type SeenRecord = Readonly<Record<string, unknown>> & { readonly kind: string };

const secret = 'between-us';
const patienceMs = 80_000;
const root = join(import.meta.dirname, '../..');

/** What a street is made of besides ours; undefined: all is there. */
export function streetLack(): string | undefined {
  const tools = [
    'hostapd',
    'freeradius',
    'wpa_supplicant',
    'nft',
    'ip',
    'openssl',
    'setpriv',
    'radclient',
  ];
  const missing = tools.filter((name) => !hasTool(name));
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}: make setup-labs`;
}

export class Street implements AsyncDisposable {
  readonly plan: StreetPlan;
  readonly folder = mkdtempSync(join(tmpdir(), 'rw-access-'));
  readonly records: SeenRecord[] = [];
  readonly subscribers = new Map<string, Subscriber>();
  readonly source: MulticastSource;
  readonly #switch = NetworkNamespace.create();
  readonly #server = NetworkNamespace.create();
  readonly #far = NetworkNamespace.create();
  readonly #others: NetworkNamespace[] = [];
  readonly #children = new Set<ChildProcess>();
  readonly #servers = new Map<string, ChildProcess>();
  #controller: ChildProcess | undefined;

  constructor(plan: StreetPlan) {
    this.plan = plan;
    cable(this.#switch, 'up', this.#far, 'eth0');
    cable(this.#switch, 'management', this.#server, 'eth0');
    configure(this.#switch, 'management', '10.9.0.1/24');
    for (let each = 1; each <= this.#serverCount; each++) {
      configure(this.#server, 'eth0', `10.9.0.${each + 1}/24`);
    }
    for (const [port, hosts] of Object.entries(plan.ports)) this.#wire(port, hosts);
    this.source = new MulticastSource(this.#far);
    const names = ['server', ...plan.accounts.map(({ name }) => name)];
    makeCertificates(this.#certificates, names);
    if (plan.plain) this.#setUpPlainBridge();
  }

  static async open(plan: StreetPlan): Promise<Street> {
    const street = new Street(plan);
    try {
      if (plan.plain) return street;
      for (let each = 1; each <= street.#serverCount; each++) await street.startServer(each);
      await street.startController();
      return street;
    } catch (error) {
      await street[Symbol.asyncDispose]();
      throw error;
    }
  }

  of(name: string): Subscriber {
    return this.subscribers.get(name)!;
  }

  get #serverCount(): number {
    return this.plan.servers ?? 1;
  }

  #folderOf(server: number): string {
    return join(this.folder, `server${server}`);
  }

  get #certificates(): string {
    return join(this.folder, 'certificates');
  }

  /** Until it listens. */
  async startServer(number = 1, accounts = this.plan.accounts): Promise<void> {
    const folder = this.#folderOf(number);
    const address = `10.9.0.${number + 1}`;
    const plan = {
      addresses: [address],
      clients: ['10.9.0.1'],
      secret,
      accounts,
      certificates: this.#certificates,
    };
    writeRadiusConfiguration(folder, plan);
    const before = this.log(`server${number}`).split('Ready to process').length;
    const argv = ['freeradius', '-f', '-l', 'stdout', '-d', folder, '-D', folder];
    const child = this.spawn(this.#server, argv, `server${number}`);
    this.#servers.set(`server${number}`, child);
    const isReady = () => this.log(`server${number}`).split('Ready to process').length > before;
    await this.until(isReady, 'FreeRADIUS');
  }

  /** What FreeRADIUS's own client is answered; throws where it was refused, or heard nothing for a second. */
  askSwitch(what: 'coa' | 'disconnect', attributes: string, password = secret): string {
    const folder = this.#folderOf(1);
    const argv = ['radclient', '-d', folder, '-D', folder, '-r', '1', '-t', '1', '-x'];
    const to = ['10.9.0.1:3799', what, password];
    return runInNamespace(this.#server, () => runTool([...argv, ...to], `${attributes}\n`));
  }

  async stopServer(number = 1): Promise<void> {
    await end(this.#servers.get(`server${number}`)!);
  }

  /** What accounting has written of the server. */
  accounting(number = 1): string {
    try {
      return readFileSync(join(this.folder, `server${number}`, 'detail'), 'utf8');
    } catch {
      return '';
    }
  }

  /** Until each port's authenticator hears. */
  async startController(): Promise<void> {
    const path = join(this.folder, 'switch.json');
    const folder = join(this.folder, 'switch');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, JSON.stringify(this.#settings(folder)));
    const argv = [process.execPath, join(root, 'src/cli/access-switch.ts'), path];
    const from = this.records.length;
    const child = this.spawn(this.#switch, argv, 'switch', true);
    this.#controller = child;
    const lines = new LineSplitter((line) => this.records.push(JSON.parse(line) as SeenRecord));
    child.stdout!.setEncoding('utf8').on('data', (text: string) => lines.take(text));
    await this.untilRecord('program.ready', {}, from);
  }

  killController(): Promise<void> {
    return end(this.#controller!);
  }

  #settings(folder: string) {
    const servers = Array.from({ length: this.#serverCount }, (_, each) => {
      return { name: `server${each + 1}`, address: `10.9.0.${each + 2}`, secret };
    });
    const { mode, timing = {}, firstServers = {} } = this.plan;
    const ports = Object.keys(this.plan.ports);
    return { name: 'street', mode, ports, uplinks: ['up'], servers, firstServers, folder, timing };
  }

  /** Waits for a record of the switch that has these fields, among those from `from` on. */
  async untilRecord(
    kind: string,
    fields: Readonly<Record<string, unknown>>,
    from = 0,
  ): Promise<SeenRecord> {
    const fits = (record: SeenRecord) =>
      record.kind === kind && Object.entries(fields).every(([key, value]) => record[key] === value);
    let found: SeenRecord | undefined;
    await this.until(
      () => {
        found = this.records.slice(from).find(fits);
        return found !== undefined;
      },
      `${kind} ${JSON.stringify(fields)}`,
    );
    return found!;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const endMs = performance.now() + patienceMs;
    while (!condition()) {
      if (performance.now() > endMs) throw new Error(`${what} did not come\n${this.#told()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  log(name: string): string {
    try {
      return readFileSync(join(this.folder, `${name}.log`), 'utf8');
    } catch {
      return '';
    }
  }

  /** In a namespace, so that it ends with this thread whatever happens to us. */
  spawn(
    namespace: NetworkNamespace,
    argv: readonly string[],
    name: string,
    isHeard = false,
  ): ChildProcess {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    const [program, ...rest] = argv;
    const path = program!.startsWith('/') ? program! : findTool(program!);
    const whole = ['--pdeathsig', 'KILL', path, ...rest];
    const stdout = isHeard ? 'pipe' : log;
    const child = runInNamespace(namespace, () =>
      spawn(findTool('setpriv'), whole, { stdio: ['ignore', stdout, log], cwd: this.folder }),
    );
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const port of Object.keys(this.plan.ports))
      killByFile(join(this.folder, 'switch', `${port}.pid`));
    await Promise.all([...this.#children].map(end));
    for (const subscriber of this.subscribers.values()) subscriber[Symbol.dispose]();
    this.source[Symbol.dispose]();
    for (const space of [this.#switch, this.#server, this.#far, ...this.#others]) {
      space[Symbol.dispose]();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #told(): string {
    const last = this.records.slice(-15).map((record) => JSON.stringify(record));
    const logs = ['switch', 'server1'].map((name) => this.log(name).slice(-1_500));
    return [...last, ...logs].join('\n');
  }

  #wire(port: string, hosts: readonly string[]): void {
    const spaces = hosts.map(() => this.#newSpace());
    if (spaces.length === 1) {
      cable(this.#switch, port, spaces[0]!, 'eth0', false);
    } else {
      const box = NetworkNamespace.create();
      this.#others.push(box);
      cable(this.#switch, port, box, 'out', false);
      for (const [index, space] of spaces.entries()) cable(box, `in${index}`, space, 'eth0');
      joinPorts(
        box,
        ['out', ...spaces.map((_, index) => `in${index}`)],
        'mcast_snooping 0 group_fwd_mask 8',
      );
    }
    for (const [index, name] of hosts.entries()) this.#raise(name, spaces[index]!);
  }

  #newSpace(): NetworkNamespace {
    const namespace = NetworkNamespace.create();
    this.#others.push(namespace);
    return namespace;
  }

  #raise(name: string, namespace: NetworkNamespace): void {
    const number = this.subscribers.size + 1;
    configure(namespace, 'eth0', `10.77.0.${number}/24`, `fd77::${number}/64`);
    this.subscribers.set(name, new Subscriber(name, namespace, this, this.#certificates));
  }

  #setUpPlainBridge(): void {
    const ports = ['up', ...Object.keys(this.plan.ports)];
    joinPorts(this.#switch, ports, 'mcast_snooping 1 mcast_query_response_interval 1');
    joinPorts(this.#switch, [], 'mcast_querier 1');
  }
}

function cable(
  one: NetworkNamespace,
  name: string,
  other: NetworkNamespace,
  otherName: string,
  isUp = true,
): void {
  using here = runInNamespace(one, () => new RouteSocket());
  using there = runInNamespace(other, () => new RouteSocket());
  here.apply([createVethPair({ name }, { name: otherName, namespaceFd: other.fd })]);
  here.apply([changeLink('lo', { up: true }), ...(isUp ? [changeLink(name, { up: true })] : [])]);
  there.apply([changeLink('lo', { up: true }), changeLink(otherName, { up: true })]);
}

function configure(namespace: NetworkNamespace, link: string, ...addresses: string[]): void {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  const { index } = findLink(socket, link);
  socket.apply(addresses.map((text) => addAddress(index, parsePrefix(text)!)));
}

function joinPorts(namespace: NetworkNamespace, ports: readonly string[], settings: string): void {
  const lines = [
    ...(ports.length > 0 ? ['link add box type bridge stp_state 0 forward_delay 0'] : []),
    `link set box type bridge ${settings}`,
    ...ports.map((port) => `link set dev ${port} master box up`),
    'link set box up',
  ];
  runInNamespace(namespace, () => runTool(['ip', '-batch', '-'], `${lines.join('\n')}\n`));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function killByFile(path: string): void {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 'SIGKILL');
  } catch {
    // Nobody was started there, or it is gone.
  }
}
