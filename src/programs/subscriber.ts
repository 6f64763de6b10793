/** A host behind a port of an access switch: it logs on, joins groups, and tells of each frame that comes. */
import { familyOf, formatIp, type Ip } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import { never } from '../base/time.ts';
import type { FramePort, Host, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { groupMacOf } from '../multicast/group-message-frame.ts';
import { readQuery } from '../multicast/read-query.ts';
import { buildWish } from '../multicast/wish-frame.ts';
import { portAccessMac } from '../wire/eapol.ts';
import { readSubscriberSettings, type SubscriberSettings } from './access-settings.ts';
import { buildEapolFrame, readEapolFrame } from './eap-md5.ts';
import { firstLinkOf } from './first-link.ts';
import { readGroupDatagram } from './group-datagram.ts';
import { Supplicant } from './supplicant.ts';

export const startSubscriber: StartProgram = (host, given) => {
  const subscriber = new Subscriber(host, readSubscriberSettings(given));
  host.lifecycle.ready();
  return { stop: () => subscriber.stop() };
};

/** What a host makes of a frame: of a group that it has joined, has just left, or has nothing to do with. */
type Standing = 'joined' | 'leaving' | 'stranger';

class Subscriber {
  readonly #host: Host;
  readonly #settings: SubscriberSettings;
  readonly #port: FramePort;
  readonly #mac: Mac;
  readonly #supplicant: Supplicant;
  readonly #timers: Timer[] = [];
  /** Since when, until the first datagram has come. */
  readonly #waiting = new Map<Ip, number>();
  readonly #joined = new Set<Ip>();
  readonly #left = new Map<Ip, number>();
  #zapping: Timer | undefined;
  #channel = 0;
  #hasJoined = false;
  #beganNs = 0;

  constructor(host: Host, settings: SubscriberSettings) {
    this.#host = host;
    this.#settings = settings;
    const received = (frame: Uint8Array) => this.#receive(frame);
    this.#port = host.openFramePort({ interface: firstLinkOf(host).name }, { received });
    this.#mac = settings.mac ?? this.#port.mac;
    this.#supplicant = new Supplicant(host.clock, {
      send: (eapol) => void this.#port.send(buildEapolFrame(this.#mac, portAccessMac, eapol)),
      authenticated: (account) => {
        host.records.record('subscriber.authenticated', { account });
        this.#joinSoon();
      },
      rejected: (account) => host.records.record('subscriber.rejected', { account }),
    });
    this.#at(settings.afterNs, () => this.#begin());
  }

  stop(): void {
    this.#zapping?.cancel();
    this.#supplicant.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#port.close();
  }

  #begin(): void {
    const { credentials, leaveNs, logOffNs, forNs, next } = this.#settings;
    this.#beganNs = this.#host.clock.nowNs();
    if (credentials === undefined) this.#joinSoon();
    else this.#supplicant.logOn(credentials);
    this.#at(leaveNs, () => this.#leaveAll());
    this.#at(logOffNs, () => this.#logOff());
    if (next !== undefined) this.#at(next.atNs, () => this.#supplicant.logOn(next));
    this.#at(forNs, () => {
      this.#leaveAll();
      this.#supplicant.stop();
      this.#hasJoined = true;
      this.#host.lifecycle.finish();
    });
  }

  #at(delayNs: number, then: () => void): void {
    if (delayNs !== never) this.#timers.push(this.#host.clock.after(delayNs, then));
  }

  /** Who authenticates once more wants what it wants already. */
  #joinSoon(): void {
    if (this.#hasJoined) return;
    this.#hasJoined = true;
    const dueNs = this.#beganNs + this.#settings.joinNs;
    this.#at(Math.max(0, dueNs - this.#host.clock.nowNs()), () => this.#joinAll());
  }

  #joinAll(): void {
    const { groups, zapNs } = this.#settings;
    if (zapNs === never) for (const group of groups) this.#join(group);
    else this.#zap();
  }

  #zap(): void {
    const { groups, zapNs } = this.#settings;
    for (const group of [...this.#joined]) this.#leave(group);
    this.#join(groups[this.#channel % groups.length]!);
    this.#channel += 1;
    this.#zapping = this.#host.clock.after(zapNs, () => this.#zap());
  }

  #join(group: Ip): void {
    this.#joined.add(group);
    this.#left.delete(group);
    this.#waiting.set(group, this.#host.clock.nowNs());
    this.#port.send(buildWish(this.#mac, group, 'to-exclude'));
    this.#host.records.record('subscriber.joined', { group: formatIp(group) });
  }

  #leave(group: Ip): void {
    this.#forget(group);
    this.#port.send(buildWish(this.#mac, group, 'to-include'));
    this.#host.records.record('subscriber.left', { group: formatIp(group) });
  }

  #leaveAll(): void {
    this.#zapping?.cancel();
    for (const group of [...this.#joined]) this.#leave(group);
  }

  /** Of itself it says nothing of its groups: they end with its session. */
  #logOff(): void {
    this.#zapping?.cancel();
    this.#supplicant.logOff();
    for (const group of [...this.#joined]) this.#forget(group);
    this.#host.records.record('subscriber.logged-off', {});
  }

  #forget(group: Ip): void {
    this.#joined.delete(group);
    this.#waiting.delete(group);
    this.#left.set(group, this.#host.clock.nowNs());
  }

  #receive(frame: Uint8Array): void {
    const talk = readEapolFrame(frame);
    if (talk !== undefined) {
      if (talk.destination === this.#mac) this.#supplicant.receive(talk.eapol);
      return;
    }
    const family = readQuery(frame);
    if (family === undefined) this.#count(frame);
    else this.#repeat(family);
  }

  #repeat(family: 4 | 6): void {
    for (const group of this.#joined) {
      if (familyOf(group) === family) this.#port.send(buildWish(this.#mac, group, 'is-exclude'));
    }
  }

  /** On a cable that it shares, what is addressed to another host is not its. */
  #count(frame: Uint8Array): void {
    const datagram = readGroupDatagram(frame);
    if (datagram === undefined) return;
    const { destination, group } = datagram;
    if (destination !== this.#mac && destination !== groupMacOf(group)) return;
    const name = formatIp(group);
    this.#noteFirst(group, name);
    const standing = this.#standingOf(group);
    this.#host.records.record('subscriber.received', { group: name, standing });
  }

  #noteFirst(group: Ip, name: string): void {
    const sinceNs = this.#waiting.get(group);
    if (sinceNs === undefined) return;
    this.#waiting.delete(group);
    const afterNs = this.#host.clock.nowNs() - sinceNs;
    this.#host.records.record('subscriber.first-in', { group: name, afterNs });
  }

  #standingOf(group: Ip): Standing {
    if (this.#joined.has(group)) return 'joined';
    const leftNs = this.#left.get(group);
    const isOnTheWay =
      leftNs !== undefined && this.#host.clock.nowNs() - leftNs <= this.#settings.graceNs;
    return isOnTheWay ? 'leaving' : 'stranger';
  }
}
