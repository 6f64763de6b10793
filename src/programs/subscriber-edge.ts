/** Where a subscriber meets its port: 802.1X, reports, and what comes. In `sim` all of it is frames of ours. */
import { familyOf, type Ip } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import type { FramePort, Host } from '../host/host.ts';
import { readQuery } from '../multicast/read-query.ts';
import { buildWish } from '../multicast/wish-frame.ts';
import { portAccessMac } from '../wire/eapol.ts';
import type { Credentials } from './access-settings.ts';
import { buildEapolFrame, readEapolFrame } from './eap-md5.ts';
import { firstLinkOf } from './first-link.ts';
import { Supplicant } from './supplicant.ts';

export interface SubscriberEvents {
  authenticated(account: string): void;
  rejected(account: string): void;
  /** Whatever is on the wire, asked for or not. */
  arrived(frame: Uint8Array): void;
}

export interface SubscriberEdge {
  readonly mac: Mac;
  /** What is still on its way so long after a leave or a log-off was decided on is nobody's fault. */
  readonly graceNs: number;
  /** In the place of whoever was logged on. */
  logOn(credentials: Credentials): void;
  logOff(): void;
  join(group: Ip): void;
  leave(group: Ip): void;
  /** It logs on no more; what it has joined stays. */
  rest(): void;
  close(): void;
}

export class FrameEdge implements SubscriberEdge {
  readonly mac: Mac;
  readonly graceNs = 0;
  readonly #events: SubscriberEvents;
  readonly #port: FramePort;
  readonly #supplicant: Supplicant;
  readonly #joined = new Set<Ip>();

  constructor(host: Host, mac: Mac | undefined, events: SubscriberEvents) {
    this.#events = events;
    const received = (frame: Uint8Array) => this.#receive(frame);
    this.#port = host.openFramePort({ interface: firstLinkOf(host).name }, { received });
    this.mac = mac ?? this.#port.mac;
    this.#supplicant = new Supplicant(host.clock, {
      send: (eapol) => void this.#port.send(buildEapolFrame(this.mac, portAccessMac, eapol)),
      authenticated: (account) => events.authenticated(account),
      rejected: (account) => events.rejected(account),
    });
  }

  logOn(credentials: Credentials): void {
    this.#supplicant.logOn(credentials);
  }

  /** Of itself it says nothing of its groups: they end with its session. */
  logOff(): void {
    this.#supplicant.logOff();
    this.#joined.clear();
  }

  join(group: Ip): void {
    this.#joined.add(group);
    this.#port.send(buildWish(this.mac, group, 'to-exclude'));
  }

  leave(group: Ip): void {
    this.#joined.delete(group);
    this.#port.send(buildWish(this.mac, group, 'to-include'));
  }

  rest(): void {
    this.#supplicant.stop();
  }

  close(): void {
    this.rest();
    this.#port.close();
  }

  #receive(frame: Uint8Array): void {
    const talk = readEapolFrame(frame);
    if (talk !== undefined) {
      if (talk.destination === this.mac) this.#supplicant.receive(talk.eapol);
      return;
    }
    const family = readQuery(frame);
    if (family === undefined) this.#events.arrived(frame);
    else this.#repeat(family);
  }

  #repeat(family: 4 | 6): void {
    for (const group of this.#joined) {
      if (familyOf(group) === family) this.#port.send(buildWish(this.mac, group, 'is-exclude'));
    }
  }
}
