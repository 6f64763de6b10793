/**
 * An access switch for groups: a host has a group only where its account may have it. It passes on nothing
 * else. The decision is that of src/multicast, which drives the switch of real parts too.
 */
import { RadiusSockets } from '../access/radius-sockets.ts';
import type { Ip } from '../base/address.ts';
import { writeU48 } from '../base/bytes.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { never } from '../base/time.ts';
import type { FramePort, Host, Subscription, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { type Answer, takeAnswer } from '../multicast/answer.ts';
import { takeServerRequest } from '../multicast/dynamic-authorization.ts';
import { buildIgmpQuery, buildMldQuery } from '../multicast/query-frame.ts';
import {
  type ChapAnswer,
  readAnswer,
  wordsOfLogOn,
  wordsOfQuestion,
  wordsOfTicket,
} from '../multicast/radius-words.ts';
import { readReport } from '../multicast/report-frame.ts';
import { takeReport } from '../multicast/request.ts';
import { authenticate, deauthenticate, losePort } from '../multicast/session.ts';
import { defaultSettings } from '../multicast/settings.ts';
import type { AccountingTicket, MulticastSink, Question } from '../multicast/sink.ts';
import { createMulticast, type MulticastState } from '../multicast/state.ts';
import { advanceMulticast } from '../multicast/timers.ts';
import type { Field } from '../trace/record.ts';
import { ethernetOffset } from '../wire/ethernet.ts';
import { isMalformed } from '../wire/malformed.ts';
import { readSwitchSettings, type SwitchSettings } from './access-settings.ts';
import { buildEapolFrame, readEapolFrame } from './eap-md5.ts';
import { readGroupDatagram } from './group-datagram.ts';
import { PlainSnooping } from './plain-snooping.ts';
import { type Claim, PortAuthenticator } from './port-authenticator.ts';

export const startAccessSwitch: StartProgram = (host, given) => {
  const program = new AccessSwitch(host, readSwitchSettings(given));
  host.lifecycle.ready();
  return { stop: () => program.stop() };
};

/** The one that it has. */
const serverName = 'radius';
const accessPort = 1_812;
const accountingPort = 1_813;

class AccessSwitch implements MulticastSink {
  readonly #host: Host;
  readonly #settings: SwitchSettings;
  readonly #state: MulticastState;
  readonly #radius: RadiusSockets;
  readonly #authenticator: PortAuthenticator;
  readonly #snooping = new PlainSnooping();
  readonly #ports = new Map<string, FramePort>();
  readonly #uplinks: FramePort[] = [];
  readonly #carrier: Subscription;
  #sessions = 0;
  #timer: Timer | undefined;

  constructor(host: Host, settings: SwitchSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#state = createMulticast({ ...defaultSettings, ports: settings.ports });
    const { server: address, secret } = settings;
    const server = { name: serverName, address, secret, accessPort, accountingPort };
    this.#radius = new RadiusSockets(host, { servers: [server] }, (_, bytes) =>
      this.#takeServerRequest(bytes),
    );
    this.#authenticator = new PortAuthenticator(host.random, {
      send: (port, mac, eapol) => {
        const framePort = this.#ports.get(port)!;
        framePort.send(buildEapolFrame(framePort.mac, mac, eapol));
      },
      check: (claim, answer, then) => this.#check(claim, answer, then),
      admitted: (claim) => this.#admit(claim),
      dismissed: (port, mac) =>
        this.#run((nowNs) => deauthenticate(this.#state, nowNs, port, mac, 'log-off', this)),
    });
    for (const { name } of host.interfaces.list()) this.#plug(name);
    this.#carrier = host.interfaces.onChange(({ name, up }) => {
      if (!up && this.#ports.has(name)) this.#loseLink(name);
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#carrier.close();
    this.#radius.close();
    for (const port of [...this.#ports.values(), ...this.#uplinks]) port.close();
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
    const words = wordsOfTicket(ticket, this.#host.node);
    this.#radius.ask(ticket.server, 'accounting', words, (answer) => {
      if (answer !== undefined) return;
      this.record('access.accounting-lost', { ticket: ticket.ticket, status: ticket.status });
    });
  }

  /** Whom a frame is for is read where it comes in, from the machine itself. */
  setMembers(): void {}

  query(port: string): void {
    const framePort = this.#ports.get(port)!;
    const { queryResponseNs: responseNs, queryIntervalNs, robustness } = this.#state.settings;
    const times = { responseNs, queryIntervalNs, robustness };
    framePort.send(buildIgmpQuery(framePort.mac, times));
    framePort.send(buildMldQuery(framePort.mac, times));
  }

  #plug(name: string): void {
    const isPort = this.#settings.ports.some((port) => port.name === name);
    const received = (frame: Uint8Array) =>
      isPort ? this.#receiveFromPort(name, frame) : this.#forward(frame);
    const framePort = this.#host.openFramePort({ interface: name }, { received });
    if (isPort) this.#ports.set(name, framePort);
    else this.#uplinks.push(framePort);
  }

  #receiveFromPort(port: string, frame: Uint8Array): void {
    const talk = readEapolFrame(frame);
    if (talk !== undefined) {
      this.#authenticator.receive(port, talk.source, talk.eapol);
      return;
    }
    const report = readReport(frame);
    if (isMalformed(report)) return;
    if (this.#settings.isPlain) this.#snooping.takeReport(port, report);
    else this.#run((nowNs) => takeReport(this.#state, nowNs, port, report, this));
  }

  /** To each host that has the group a copy of its own, so that hosts on one cable stay apart. */
  #forward(frame: Uint8Array): void {
    const datagram = readGroupDatagram(frame);
    if (datagram === undefined) return;
    const { group, source } = datagram;
    if (this.#settings.isPlain) {
      this.#forwardPlainly(frame, group);
      return;
    }
    for (const [name, { members }] of this.#state.ports) {
      const sources = members.get(group);
      if (sources === undefined) continue;
      const hosts = new Set([...(sources.get('any') ?? []), ...(sources.get(source) ?? [])]);
      this.#deliver(this.#ports.get(name)!, frame, hosts);
    }
  }

  #forwardPlainly(frame: Uint8Array, group: Ip): void {
    for (const [name, port] of this.#ports) {
      if (this.#snooping.isWanted(name, group)) port.send(frame);
    }
  }

  #deliver(port: FramePort, frame: Uint8Array, hosts: ReadonlySet<Mac>): void {
    for (const host of hosts) {
      const copy = frame.slice();
      writeU48(copy, ethernetOffset.destination, host);
      port.send(copy);
    }
  }

  #check(claim: Claim, answer: ChapAnswer, then: (isRight: boolean) => void): void {
    if (this.#settings.isPlain) {
      then(true);
      return;
    }
    const words = wordsOfLogOn(claim, answer, this.#host.node);
    this.#radius.ask(serverName, 'access', words, (packet) =>
      then(readAnswer(packet) === 'accept'),
    );
  }

  #admit(claim: Claim): void {
    if (this.#settings.isPlain) return;
    this.#sessions += 1;
    const session = `${formatMac(claim.mac)}-${this.#sessions}`;
    const who = { ...claim, server: serverName, session };
    this.#run((nowNs) => authenticate(this.#state, nowNs, who, this));
  }

  #takeAnswer(request: number, answer: Answer): void {
    this.#run((nowNs) => takeAnswer(this.#state, nowNs, request, answer, this));
  }

  #takeServerRequest(bytes: Uint8Array): Uint8Array | undefined {
    let answer: Uint8Array | undefined;
    this.#run((nowNs) => {
      answer = takeServerRequest(this.#state, nowNs, bytes, this.#settings.secret, this);
    });
    return answer;
  }

  #loseLink(port: string): void {
    this.#authenticator.loseLink(port);
    this.#run((nowNs) => losePort(this.#state, nowNs, port, this));
  }

  #run(step: (nowNs: number) => void): void {
    const { clock } = this.#host;
    step(clock.nowNs());
    this.#timer?.cancel();
    this.#timer = undefined;
    const { deadlineNs } = this.#state;
    if (deadlineNs === never) return;
    this.#timer = clock.after(Math.max(0, deadlineNs - clock.nowNs()), () =>
      this.#run((nowNs) => advanceMulticast(this.#state, nowNs, this)),
    );
  }
}
