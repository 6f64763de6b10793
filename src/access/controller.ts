/**
 * What stands between hostapd, the bridge and the RADIUS servers: it hears who has authenticated and opens
 * the gate, reads what they ask for on its taps, has {account, group} answered, and only then tells the bridge.
 */
import { formatIp, type Ip } from '../base/address.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { nsPerMs } from '../base/time.ts';
import type { FramePort, Host, Subscription, Timer } from '../host/host.ts';
import { type Answer, takeAnswer } from '../multicast/answer.ts';
import { takeServerRequest } from '../multicast/dynamic-authorization.ts';
import { buildIgmpQuery, buildMldQuery } from '../multicast/query-frame.ts';
import { readAnswer, wordsOfQuestion, wordsOfTicket } from '../multicast/radius-words.ts';
import { readReport } from '../multicast/report-frame.ts';
import { takeReport } from '../multicast/request.ts';
import { authenticate, deauthenticate, losePort } from '../multicast/session.ts';
import type { AccountingTicket, MulticastSink, Question } from '../multicast/sink.ts';
import { restoreSession, takeSnapshot } from '../multicast/snapshot.ts';
import { createMulticast, type MulticastState } from '../multicast/state.ts';
import { advanceMulticast } from '../multicast/timers.ts';
import type { KernelLoop } from '../runtime/kernel-loop.ts';
import type { Field } from '../trace/record.ts';
import { isMalformed } from '../wire/malformed.ts';
import { Authenticator, type Station } from './authenticator.ts';
import { AccessBridge } from './bridge.ts';
import { recall, remember } from './memory.ts';
import { RadiusSockets } from './radius-sockets.ts';
import { acceptsOf, whoAccepted } from './server-counters.ts';
import type { AccessSettings, ServerSettings } from './settings.ts';

/** So long what changed may wait until it is written down: what is not is withdrawn after a crash. */
const rememberAfterNs = 10 * nsPerMs;
/** Who has just authenticated is asked what it wants, and answers at once. */
const firstResponseNs = 100 * nsPerMs;

export class AccessController implements MulticastSink {
  readonly #host: Host;
  readonly #settings: AccessSettings;
  readonly #state: MulticastState;
  readonly #bridge: AccessBridge;
  readonly #radius: RadiusSockets;
  readonly #authenticators: ReadonlyMap<string, Authenticator>;
  readonly #taps = new Map<string, FramePort>();
  readonly #accepts = new Map<string, ReadonlyMap<string, number>>();
  readonly #recalled;
  readonly #carrier: Subscription;
  readonly #ready = new Set<string>();
  #timer: Timer | undefined;
  #writing: Timer | undefined;

  constructor(host: Host, loop: KernelLoop, settings: AccessSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#state = createMulticast({ ...settings.timing, ports: settings.ports });
    this.#recalled = recall(settings.folder);
    this.#state.nextRequest = this.#recalled?.nextRequest ?? 1;
    const names = settings.ports.map(({ name }) => name);
    this.#bridge = AccessBridge.open(names, settings.uplinks);
    this.#radius = new RadiusSockets(host, settings, (server, bytes) =>
      this.#takeServerRequest(server, bytes),
    );
    for (const name of names) this.#tap(name);
    this.#authenticators = new Map(names.map((name) => [name, this.#authenticate(name, loop)]));
    this.#carrier = host.interfaces.onChange(({ name, up }) => {
      if (!up && this.#authenticators.has(name)) this.#loseLink(name);
    });
  }

  /** Ends hostapd, too, and takes the bridge away: nobody is let through any more. */
  stop(): void {
    const names = this.#settings.ports.map(({ name }) => name);
    for (const name of names) losePort(this.#state, this.#host.clock.nowNs(), name, this);
    this.close();
    for (const authenticator of this.#authenticators.values()) authenticator.end();
    this.#bridge.remove(names);
    this.#bridge[Symbol.dispose]();
  }

  close(): void {
    this.#timer?.cancel();
    this.#writing?.cancel();
    this.#carrier.close();
    for (const authenticator of this.#authenticators.values()) authenticator[Symbol.dispose]();
    for (const tap of this.#taps.values()) tap.close();
    this.#radius.close();
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#host.records.record(kind, fields);
  }

  ask(question: Question): void {
    const words = wordsOfQuestion(question, this.#host.node);
    this.#radius.ask(question.server, 'access', words, (answer) =>
      this.#takeAnswer(question.request, readAnswer(answer)),
    );
  }

  account(ticket: AccountingTicket): void {
    this.#tellAccounting(ticket, [ticket.server, ...this.#serversBeside(ticket.server)]);
  }

  /** The hosts of every source of the group together: which of them it is for, each knows by itself. */
  setMembers(port: string, group: Ip, source: Ip | 'any', hosts: readonly Mac[]): void {
    const portIndex = this.#bridge.indexOf(port);
    const entry = { portIndex, group, source };
    const sources = this.#state.ports.get(port)!.members.get(group)?.values() ?? [];
    const all = new Set([...sources].flatMap((some) => [...some]));
    this.#bridge.copyTo(port, group, [...all]);
    if (hosts.length === 0) this.#bridge.take(entry);
    else this.#give(port, entry);
    this.#rememberSoon();
  }

  query(port: string): void {
    const tap = this.#taps.get(port);
    if (tap === undefined) return;
    const { queryResponseNs, queryIntervalNs, robustness } = this.#settings.timing;
    const responseNs = Math.min(queryResponseNs, firstResponseNs);
    const times = { responseNs, queryIntervalNs, robustness };
    tap.send(buildIgmpQuery(tap.mac, times));
    tap.send(buildMldQuery(tap.mac, times));
  }

  #give(port: string, entry: { portIndex: number; group: Ip; source: Ip | 'any' }): void {
    const refused = this.#bridge.give(entry);
    if (refused === undefined) return;
    this.record('access.entry-refused', { port, group: formatIp(entry.group), reason: refused });
  }

  #takeAnswer(request: number, answer: Answer): void {
    this.#run((nowNs) => takeAnswer(this.#state, nowNs, request, answer, this));
  }

  #takeServerRequest(server: ServerSettings, bytes: Uint8Array): Uint8Array | undefined {
    let answer: Uint8Array | undefined;
    this.#run((nowNs) => {
      answer = takeServerRequest(this.#state, nowNs, bytes, server.secret, this);
    });
    this.#shutEmptyGates();
    return answer;
  }

  /** By the server that knows the session, or by another where that one says nothing. */
  #tellAccounting(ticket: AccountingTicket, [server, ...others]: readonly string[]): void {
    if (server === undefined) {
      this.record('access.accounting-lost', { ticket: ticket.ticket, status: ticket.status });
      return;
    }
    const words = wordsOfTicket(ticket, this.#host.node);
    this.#radius.ask(server, 'accounting', words, (answer) => {
      if (answer === undefined) this.#tellAccounting(ticket, others);
    });
  }

  #serversBeside(name: string): string[] {
    return this.#settings.servers.map((server) => server.name).filter((other) => other !== name);
  }

  #tap(port: string): void {
    const received = (frame: Uint8Array) => {
      const report = readReport(frame);
      if (isMalformed(report)) return;
      this.#run((nowNs) => takeReport(this.#state, nowNs, port, report, this));
    };
    this.#taps.set(port, this.#host.openFramePort({ interface: port }, { received }));
  }

  #authenticate(port: string, loop: KernelLoop): Authenticator {
    const authenticator: Authenticator = new Authenticator(port, this.#settings, loop, {
      ready: () => this.#takeUp(port, authenticator),
      changed: (mac) =>
        authenticator.readStation(formatMac(mac), (station) =>
          this.#takeStation(port, mac, station),
        ),
    });
    return authenticator;
  }

  /** Whom hostapd has there already, if it outlived a controller; nobody else keeps anything. */
  #takeUp(port: string, authenticator: Authenticator): void {
    authenticator.readStations((stations) => {
      for (const station of stations) this.#takeStation(port, station.mac, station);
      // Answers come in the order of the questions: by then each of them is taken.
      authenticator.readCounters(() => this.#takeBack(port));
    });
  }

  /** What stands in the bridge and is nobody's, now that all who are there are known. */
  #takeBack(port: string): void {
    for (const mac of this.#bridge.stations(port)) this.#shutUnknown(port, mac);
    const index = this.#bridge.indexOf(port);
    for (const entry of this.#bridge.entries()) {
      if (entry.portIndex === index && !this.#isGiven(port, entry)) this.#bridge.take(entry);
    }
    this.#ready.add(port);
    if (this.#ready.size === this.#settings.ports.length) this.#host.lifecycle.ready();
  }

  #isGiven(port: string, { group, source }: { group: Ip; source: Ip | 'any' }): boolean {
    return this.#state.ports.get(port)!.members.get(group)?.has(source) ?? false;
  }

  #takeStation(port: string, mac: Mac, station: Station | undefined): void {
    if (station?.isAuthorized) this.#admit(port, station);
    else this.#dismiss(port, mac);
  }

  #admit(port: string, { mac, account, session }: Station): void {
    this.#authenticators.get(port)!.readCounters((mib) => {
      const server = this.#serverOf(port, mac, mib);
      this.#run((nowNs) => {
        authenticate(this.#state, nowNs, { port, mac, account, server, session }, this);
        const known = this.#recalled?.sessions.find(
          (one) => one.port === port && one.mac === formatMac(mac) && one.id === session,
        );
        if (known && !this.#ready.has(port)) restoreSession(this.#state, nowNs, known, this);
      });
      this.#shutEmptyGates();
      this.#bridge.openGate(port, mac);
    });
  }

  /** Who has accepted since; else who let this session in, as we know it or were told before a crash. */
  #serverOf(port: string, mac: Mac, mib: string): string {
    const after = acceptsOf(mib);
    const address = whoAccepted(this.#accepts.get(port) ?? new Map(), after);
    this.#accepts.set(port, after);
    const { servers } = this.#settings;
    const known = this.#state.ports.get(port)!.sessions.get(mac)?.server;
    const recalled = this.#recalled?.sessions.find(
      (session) => session.port === port && session.mac === formatMac(mac),
    );
    if (recalled && !this.#ready.has(port)) return recalled.server;
    const accepted = servers.find((server) => formatIp(server.address) === address);
    return accepted?.name ?? known ?? servers[0]!.name;
  }

  #dismiss(port: string, mac: Mac): void {
    this.#bridge.closeGate(port, mac);
    this.#run((nowNs) => deauthenticate(this.#state, nowNs, port, mac, 'log-off', this));
  }

  #loseLink(port: string): void {
    for (const mac of this.#bridge.stations(port)) {
      this.#bridge.closeGate(port, mac);
      this.#authenticators.get(port)?.forget(formatMac(mac));
    }
    this.#run((nowNs) => losePort(this.#state, nowNs, port, this));
  }

  /** A session that moved, was taken over or ended by the server has no gate any more. */
  #shutEmptyGates(): void {
    for (const port of this.#authenticators.keys()) {
      for (const mac of this.#bridge.stations(port)) this.#shutUnknown(port, mac);
    }
  }

  #shutUnknown(port: string, mac: Mac): void {
    if (this.#state.ports.get(port)!.sessions.has(mac)) return;
    this.#bridge.closeGate(port, mac);
    this.#authenticators.get(port)?.forget(formatMac(mac));
  }

  #run(step: (nowNs: number) => void): void {
    step(this.#host.clock.nowNs());
    this.#timer?.cancel();
    this.#timer = undefined;
    const { deadlineNs } = this.#state;
    const { clock } = this.#host;
    if (deadlineNs === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.after(Math.max(0, deadlineNs - clock.nowNs()), () =>
      this.#run((nowNs) => advanceMulticast(this.#state, nowNs, this)),
    );
  }

  #rememberSoon(): void {
    this.#writing ??= this.#host.clock.after(rememberAfterNs, () => {
      this.#writing = undefined;
      remember(this.#settings.folder, takeSnapshot(this.#state));
    });
  }
}
