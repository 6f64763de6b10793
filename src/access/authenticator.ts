/**
 * The authenticator of one port: a real hostapd with its wired driver, told by a file, heard through its
 * control socket. It outlives a controller that is killed: the next one finds it and asks who is there.
 */
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { formatIp } from '../base/address.ts';
import { type Mac, parseMac } from '../base/mac.ts';
import { UnixDatagram } from '../linux/unix-datagram.ts';
import type { KernelLoop } from '../runtime/kernel-loop.ts';
import { type AccessSettings, serversOf } from './settings.ts';
import { findTool } from './tool.ts';

export interface Station {
  readonly mac: Mac;
  readonly isAuthorized: boolean;
  readonly account: string;
  readonly session: string;
}

export interface AuthenticatorEvents {
  /** Its control socket answers: EAPOL is heard. */
  ready(): void;
  /** Whatever it said of a station: its standing has to be read again. */
  changed(mac: Mac): void;
}

/** Of these the station is the next word. */
const newsOfStations = [
  'AP-STA-CONNECTED',
  'AP-STA-DISCONNECTED',
  'CTRL-EVENT-EAP-SUCCESS',
  'CTRL-EVENT-EAP-SUCCESS2',
  'CTRL-EVENT-EAP-FAILURE',
  'CTRL-EVENT-EAP-FAILURE2',
];
const retryNs = 20_000_000;

export class Authenticator implements Disposable {
  readonly port: string;
  readonly #events: AuthenticatorEvents;
  readonly #loop: KernelLoop;
  readonly #folder: string;
  readonly #socket: UnixDatagram;
  readonly #watch: { close(): void };
  readonly #replies: ((reply: string) => void)[] = [];
  #isClosed = false;
  #isReady = false;

  constructor(
    port: string,
    settings: AccessSettings,
    loop: KernelLoop,
    events: AuthenticatorEvents,
  ) {
    this.port = port;
    this.#events = events;
    this.#loop = loop;
    this.#folder = settings.folder;
    const own = join(settings.folder, `${port}.reply`);
    rmSync(own, { force: true });
    this.#socket = new UnixDatagram(own);
    this.#watch = loop.watch(this.#socket.fd, () => this.#heed());
    if (!this.#socket.send('PING', this.#control)) this.#start(settings);
    this.#attach();
  }

  /** Its standing now. Undefined: it knows no such station. */
  readStation(mac: string, then: (station: Station | undefined) => void): void {
    this.#ask(`STA ${mac}`, (reply) => then(readStation(reply)));
  }

  readStations(then: (stations: readonly Station[]) => void): void {
    this.#next('STA-FIRST', [], then);
  }

  /** Counters of its RADIUS client, one server after the other. */
  readCounters(then: (reply: string) => void): void {
    this.#ask('MIB', then);
  }

  forget(mac: string): void {
    this.#ask(`DEAUTHENTICATE ${mac}`, () => {});
  }

  /** hostapd ends as well. */
  end(): void {
    const pid = readPid(join(this.#folder, `${this.port}.pid`));
    if (pid === undefined) return;
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It is gone already.
    }
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.close();
    this.#socket[Symbol.dispose]();
  }

  get #control(): string {
    return join(this.#folder, 'control', this.port);
  }

  #start(settings: AccessSettings): void {
    const path = join(this.#folder, `${this.port}.conf`);
    writeFileSync(path, configOf(this.port, settings), { mode: 0o600 });
    const log = openSync(join(this.#folder, `${this.port}.log`), 'a');
    const argv = ['-P', join(this.#folder, `${this.port}.pid`), path];
    const child = spawn(findTool('hostapd'), argv, { detached: true, stdio: ['ignore', log, log] });
    if (child.pid !== undefined)
      writeFileSync(join(this.#folder, `${this.port}.pid`), `${child.pid}\n`);
    child.unref();
  }

  /** Until its socket is there. */
  #attach(): void {
    if (this.#isClosed || this.#isReady) return;
    if (this.#socket.send('ATTACH', this.#control)) this.#replies.push(() => this.#beReady());
    else this.#loop.after(retryNs, () => this.#attach());
  }

  #beReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#events.ready();
  }

  #ask(command: string, then: (reply: string) => void): void {
    if (!this.#isClosed && this.#socket.send(command, this.#control)) this.#replies.push(then);
  }

  #next(command: string, found: readonly Station[], then: (found: readonly Station[]) => void) {
    this.#ask(command, (reply) => {
      const station = readStation(reply);
      if (station === undefined) then(found);
      else this.#next(`STA-NEXT ${reply.split('\n')[0]}`, [...found, station], then);
    });
  }

  #heed(): void {
    while (!this.#isClosed) {
      const text = this.#socket.receive();
      if (text === undefined) return;
      if (text.startsWith('<')) this.#hear(text);
      else if (text !== 'PONG\n') this.#replies.shift()?.(text);
    }
  }

  #hear(text: string): void {
    const [event, station] = text.replace(/^<\d+>/, '').split(' ');
    const mac = newsOfStations.includes(event!) ? parseMac(station ?? '') : undefined;
    if (mac !== undefined) this.#events.changed(mac);
  }
}

/** The name of the last account stays after a failure: it means something only with the flag. */
function readStation(reply: string): Station | undefined {
  const [first, ...lines] = reply.split('\n');
  const mac = parseMac(first ?? '');
  if (mac === undefined) return undefined;
  const textAt = (key: string): string =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
  return {
    mac,
    isAuthorized: textAt('flags').includes('[AUTHORIZED]'),
    account: textAt('dot1xAuthSessionUserName'),
    session: textAt('dot1xAuthSessionId'),
  };
}

function configOf(port: string, settings: AccessSettings): string {
  const { folder, reauthenticationSeconds } = settings;
  const lines = [
    `interface=${port}`,
    'driver=wired',
    'ieee8021x=1',
    'use_pae_group_addr=0',
    `eap_reauth_period=${reauthenticationSeconds}`,
    `ctrl_interface=${join(folder, 'control')}`,
    'nas_identifier=ropewalk',
    ...serversOf(port, settings).flatMap(({ address, accessPort, secret }) => [
      `auth_server_addr=${formatIp(address)}`,
      `auth_server_port=${accessPort}`,
      `auth_server_shared_secret=${secret}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
