/** A stock wpa_supplicant on an interface: it logs on as one account, says how that went, and logs off. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnixDatagram } from '../linux/unix-datagram.ts';
import { LineSplitter } from '../trace/line-splitter.ts';
import { startTool } from './tool.ts';

export interface SupplicantEvents {
  authenticated(account: string): void;
  rejected(account: string): void;
  /** It ended and was not told to: its last words. */
  gone(why: string): void;
}

const news = { success: 'CTRL-EVENT-EAP-SUCCESS', failure: 'CTRL-EVENT-EAP-FAILURE' } as const;

export class SupplicantProcess {
  readonly #interface: string;
  readonly #folder: string;
  readonly #events: SupplicantEvents;
  #child: ChildProcess | undefined;

  constructor(interfaceName: string, folder: string, events: SupplicantEvents) {
    this.#interface = interfaceName;
    this.#folder = folder;
    this.#events = events;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Whoever was logged on vanishes without a word, as when another machine is plugged in. */
  logOn(account: string, password: string): void {
    const before = this.#child;
    this.#child = undefined;
    if (before === undefined || !isAlive(before)) {
      this.#start(account, password);
      return;
    }
    before.once('exit', () => this.#start(account, password));
    before.kill('SIGKILL');
  }

  /** EAPOL-Logoff, in its own words. */
  logOff(): void {
    using socket = new UnixDatagram(join(this.#folder, 'asking'));
    socket.send('LOGOFF', join(this.#control, this.#interface));
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  get #control(): string {
    return join(this.#folder, 'control');
  }

  #start(account: string, password: string): void {
    const path = join(this.#folder, 'supplicant.conf');
    writeFileSync(path, configOf(this.#control, account, password), { mode: 0o600 });
    const child = startTool(['wpa_supplicant', '-D', 'wired', '-i', this.#interface, '-c', path]);
    this.#child = child;
    let last = '';
    const lines = new LineSplitter((line) => {
      last = line;
      if (child !== this.#child) return;
      if (line.includes(news.success)) this.#events.authenticated(account);
      else if (line.includes(news.failure)) this.#events.rejected(account);
    });
    child.stdout!.setEncoding('utf8').on('data', (text: string) => lines.take(text));
    child.stderr!.resume();
    child.once('exit', () => {
      if (child === this.#child) this.#events.gone(last);
    });
  }
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Without the authority's certificate: whom it tells its password to, a lab knows from its own cables. */
function configOf(control: string, account: string, password: string): string {
  const network = [
    ...['key_mgmt=IEEE8021X', 'eapol_flags=0', 'eap=PEAP', 'phase2="auth=MSCHAPV2"'],
    ...[`identity="${account}"`, `password="${password}"`],
  ];
  return `ctrl_interface=${control}\nap_scan=0\nnetwork={\n${network.join('\n')}\n}\n`;
}
