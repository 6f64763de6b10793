/** A subscriber: a stock wpa_supplicant, sockets that join, and a raw socket that counts what comes. */
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIp, parseIp, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, readU48 } from '../base/bytes.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import { joinGroup } from '../linux/group-membership.ts';
import { changeLink, type LinkState } from '../linux/link.ts';
import { type NetworkNamespace, runInNamespace } from '../linux/network-namespace.ts';
import { PacketRing } from '../linux/packet-ring.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import { etherType } from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { findLink } from './testing-link.ts';

export type EapMethod = 'PEAP' | 'TTLS' | 'TLS';

const pollMs = 20;

/** Where it lives: programs that are started there end with it. */
export interface Surroundings {
  readonly folder: string;
  spawn(namespace: NetworkNamespace, argv: readonly string[], name: string): ChildProcess;
}

export class Subscriber implements Disposable {
  readonly name: string;
  readonly namespace: NetworkNamespace;
  readonly #street: Surroundings;
  readonly #certificates: string;
  readonly #ring: PacketRing;
  readonly #link: LinkState;
  readonly #sockets = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #counts = new Map<string, number>();
  readonly #times = new Map<string, { firstMs: number; lastMs: number }>();
  #supplicant: ChildProcess | undefined;
  #runs = 0;

  constructor(
    name: string,
    namespace: NetworkNamespace,
    street: Surroundings,
    certificates: string,
  ) {
    this.name = name;
    this.namespace = namespace;
    this.#street = street;
    this.#certificates = certificates;
    using socket = runInNamespace(namespace, () => new RouteSocket());
    this.#link = findLink(socket, 'eth0');
    const size = { frameBytes: 1_514, receiveFrames: 4_096, sendFrames: 64 };
    const interfaceIndex = this.#link.index;
    this.#ring = runInNamespace(namespace, () => PacketRing.open({ interfaceIndex, ...size }));
    this.#timer = setInterval(() => this.#drain(), pollMs);
  }

  get mac(): string {
    return formatMac(this.#link.mac);
  }

  /** The wire itself, for frames that no stock host sends. */
  get ring(): PacketRing {
    return this.#ring;
  }

  /** Starts a supplicant that has this account; the name that is shown outside of a tunnel may be another. */
  logOn(
    account: string,
    method: EapMethod = 'PEAP',
    shown = account,
    password = `${account}-secret`,
  ) {
    this.#runs += 1;
    const folder = join(this.#street.folder, `${this.name}-control`);
    const lines = [
      ...['key_mgmt=IEEE8021X', 'eapol_flags=0', `eap=${method}`, `identity="${account}"`],
      `ca_cert="${join(this.#certificates, 'ca.pem')}"`,
      ...(method === 'TLS' ? this.#ownCertificate(account) : []),
      ...(method === 'TLS' ? [] : [`password="${password}"`, 'phase2="auth=MSCHAPV2"']),
      ...(shown === account ? [] : [`anonymous_identity="${shown}"`]),
    ];
    const path = join(this.#street.folder, `${this.name}${this.#runs}.conf`);
    const text = `ctrl_interface=${folder}\nap_scan=0\nnetwork={\n${lines.join('\n')}\n}\n`;
    writeFileSync(path, text);
    const argv = ['wpa_supplicant', '-D', 'wired', '-i', 'eth0', '-c', path];
    this.#supplicant = this.#street.spawn(this.namespace, argv, this.name);
  }

  #ownCertificate(account: string): string[] {
    const at = (name: string) => join(this.#certificates, name);
    return [`client_cert="${at(`${account}.pem`)}"`, `private_key="${at(`${account}.key`)}"`];
  }

  /** By the supplicant's own word, EAPOL-Logoff. */
  logOff(): void {
    const folder = join(this.#street.folder, `${this.name}-control`);
    const argv = ['wpa_cli', '-p', folder, '-i', 'eth0', 'logoff'];
    this.#street.spawn(this.namespace, argv, `${this.name}-logoff`);
  }

  /** Without a word, as when a machine is switched off while its cable stays in a switch between. */
  async vanish(): Promise<void> {
    const child = this.#supplicant!;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  join(group: string, source?: string): void {
    const from = source === undefined ? undefined : parseIp(source)!;
    const fd = runInNamespace(this.namespace, () =>
      joinGroup(this.#link.index, parseIp(group)!, from),
    );
    this.#sockets.set(group, fd);
  }

  leave(group: string): void {
    closeDescriptor(this.#sockets.get(group)!);
    this.#sockets.delete(group);
  }

  /** An older version of IGMP and MLD from now on. */
  speak(igmpVersion: number, mldVersion: number): void {
    const write = (path: string, version: number) =>
      runInNamespace(this.namespace, () => writeFileSync(`/proc/sys/net/${path}`, `${version}`));
    write('ipv4/conf/eth0/force_igmp_version', igmpVersion);
    write('ipv6/conf/eth0/force_mld_version', mldVersion);
  }

  /** A frame that no stock host sends. */
  forge(frame: Uint8Array): void {
    this.#ring.put(frame);
    this.#ring.flush();
  }

  takeMac(mac: string): void {
    using socket = runInNamespace(this.namespace, () => new RouteSocket());
    const address = Number.parseInt(mac.replaceAll(':', ''), 16) as Mac;
    socket.apply([changeLink('eth0', { up: false })]);
    socket.apply([changeLink('eth0', { mac: address })]);
    socket.apply([changeLink('eth0', { up: true })]);
  }

  /** Datagrams of the group that have come since it was asked to forget. */
  got(group: string): number {
    this.#drain();
    return this.#counts.get(group) ?? 0;
  }

  /** When the first and the last of them came, by the clock of the day, in milliseconds. */
  timesOf(group: string): { readonly firstMs: number; readonly lastMs: number } | undefined {
    this.#drain();
    return this.#times.get(group);
  }

  forget(): void {
    this.#drain();
    this.#counts = new Map();
    this.#times.clear();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const fd of this.#sockets.values()) closeDescriptor(fd);
    this.#ring[Symbol.dispose]();
  }

  #drain(): void {
    this.#ring.receive(({ bytes }) => {
      const group = groupOf(bytes);
      if (group === undefined) return;
      this.#counts.set(group, (this.#counts.get(group) ?? 0) + 1);
      this.#note(group);
    });
  }

  #note(group: string): void {
    const { seconds, nanoseconds } = this.#ring.readStamp();
    const nowMs = seconds * 1_000 + nanoseconds / 1_000_000;
    const times = this.#times.get(group);
    if (times === undefined) this.#times.set(group, { firstMs: nowMs, lastMs: nowMs });
    else times.lastMs = nowMs;
  }
}

/** By the address of the packet, whatever MAC it was sent to. */
function groupOf(frame: Uint8Array): string | undefined {
  const type = readU16(frame, 12);
  if (readU48(frame, 6) === 0) return undefined;
  if (type === etherType.ipv4 && frame[23] === ipProtocol.udp && frame[30]! >>> 4 === 0xe) {
    return formatIp(readIpv4(frame, 30));
  }
  if (type === etherType.ipv6 && frame[20] === ipProtocol.udp && frame[38] === 0xff) {
    return formatIp(readIpv6(frame, 38));
  }
  return undefined;
}
