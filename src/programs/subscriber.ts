/** A host behind a port of an access switch: it logs on, joins groups, and tells of each frame that comes. */
import { formatIp, type Ip } from '../base/address.ts';
import { never } from '../base/time.ts';
import type { Host, Timer } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import { groupMacOf } from '../multicast/group-message-frame.ts';
import { readSubscriberSettings, type SubscriberSettings } from './access-settings.ts';
import { readGroupDatagram } from './group-datagram.ts';
import { FrameEdge, type SubscriberEdge, type SubscriberEvents } from './subscriber-edge.ts';

export const startSubscriber: StartProgram = (host, given) => {
  const settings = readSubscriberSettings(given);
  const subscriber = new Subscriber(
    host,
    settings,
    (events) => new FrameEdge(host, settings.mac, events),
  );
  subscriber.begin();
  return { stop: () => subscriber.stop() };
};

/** What a host makes of a frame: of a group that it has joined, has just left, or has nothing to do with. */
type Standing = 'joined' | 'leaving' | 'stranger';

export class Subscriber {
  readonly #host: Host;
  readonly #settings: SubscriberSettings;
  readonly #edge: SubscriberEdge;
  readonly #timers: Timer[] = [];
  /** Since when, until the first datagram has come. */
  readonly #waiting = new Map<Ip, number>();
  readonly #joined = new Set<Ip>();
  readonly #left = new Map<Ip, number>();
  #zapping: Timer | undefined;
  #channel = 0;
  #hasJoined = false;

  /** What comes is told from here on. */
  constructor(
    host: Host,
    settings: SubscriberSettings,
    openEdge: (events: SubscriberEvents) => SubscriberEdge,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#edge = openEdge({
      authenticated: (account) => {
        host.records.record('subscriber.authenticated', { account });
        if (settings.joinNs === undefined) this.#joinAll();
      },
      rejected: (account) => host.records.record('subscriber.rejected', { account }),
      arrived: (frame) => this.#count(frame),
    });
  }

  begin(): void {
    this.#host.lifecycle.ready();
    this.#at(this.#settings.afterNs, () => this.#follow());
  }

  stop(): void {
    this.#zapping?.cancel();
    for (const timer of this.#timers) timer.cancel();
    this.#edge.close();
  }

  #follow(): void {
    const { credentials, joinNs, leaveNs, logOffNs, forNs, next } = this.#settings;
    if (credentials !== undefined) this.#edge.logOn(credentials);
    if (joinNs !== undefined) this.#at(joinNs, () => this.#joinAll());
    else if (credentials === undefined) this.#joinAll();
    this.#at(leaveNs, () => this.#leaveAll());
    this.#at(logOffNs, () => this.#logOff());
    if (next !== undefined) this.#at(next.atNs, () => this.#edge.logOn(next));
    this.#at(forNs, () => {
      this.#leaveAll();
      this.#edge.rest();
      this.#hasJoined = true;
      this.#host.lifecycle.finish();
    });
  }

  #at(delayNs: number, then: () => void): void {
    if (delayNs !== never) this.#timers.push(this.#host.clock.after(delayNs, then));
  }

  /** Who authenticates once more wants what it wants already. */
  #joinAll(): void {
    if (this.#hasJoined) return;
    this.#hasJoined = true;
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
    this.#edge.join(group);
    this.#host.records.record('subscriber.joined', { group: formatIp(group) });
  }

  #leave(group: Ip): void {
    this.#forget(group);
    this.#edge.leave(group);
    this.#host.records.record('subscriber.left', { group: formatIp(group) });
  }

  #leaveAll(): void {
    this.#zapping?.cancel();
    for (const group of [...this.#joined]) this.#leave(group);
  }

  /** Of itself it says nothing of its groups: they end with its session. */
  #logOff(): void {
    this.#zapping?.cancel();
    this.#edge.logOff();
    for (const group of [...this.#joined]) this.#forget(group);
    this.#host.records.record('subscriber.logged-off', {});
  }

  #forget(group: Ip): void {
    this.#joined.delete(group);
    this.#waiting.delete(group);
    this.#left.set(group, this.#host.clock.nowNs());
  }

  /** On a cable that it shares, what is addressed to another host is not its. */
  #count(frame: Uint8Array): void {
    const datagram = readGroupDatagram(frame);
    if (datagram === undefined) return;
    const { destination, group } = datagram;
    if (destination !== this.#edge.mac && destination !== groupMacOf(group)) return;
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
    const graceNs = this.#settings.graceNs + this.#edge.graceNs;
    const isOnTheWay = leftNs !== undefined && this.#host.clock.nowNs() - leftNs <= graceNs;
    return isOnTheWay ? 'leaving' : 'stranger';
  }
}
