/** 802.1X from the side of a host: it begins, says who it is, and answers a challenge. */
import { never, nsPerSecond } from '../base/time.ts';
import type { Clock, Timer } from '../host/host.ts';
import { type EapMessage, type Eapol, eapType } from '../wire/eapol.ts';
import type { Credentials } from './access-settings.ts';
import { digestOf, packMd5, unpackMd5 } from './eap-md5.ts';

export interface SupplicantEvents {
  send(eapol: Eapol): void;
  authenticated(account: string): void;
  rejected(account: string): void;
}

/** Nobody answered, or it was refused: it tries again. */
const againNs = 2 * nsPerSecond;

export class Supplicant {
  readonly #clock: Clock;
  readonly #events: SupplicantEvents;
  #credentials: Credentials | undefined;
  #again: Timer | undefined;

  constructor(clock: Clock, events: SupplicantEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  logOn(credentials: Credentials): void {
    this.#credentials = credentials;
    this.#begin();
  }

  logOff(): void {
    this.stop();
    this.#credentials = undefined;
    this.#events.send({ kind: 'logoff' });
  }

  stop(): void {
    this.#again?.cancel();
  }

  receive(eapol: Eapol): void {
    const credentials = this.#credentials;
    if (credentials === undefined) return;
    switch (eapol.kind) {
      case 'request':
        this.#wait(never);
        this.#answer(credentials, eapol);
        return;
      case 'success':
        this.#wait(never);
        this.#events.authenticated(credentials.account);
        return;
      case 'failure':
        this.#wait(againNs);
        this.#events.rejected(credentials.account);
        return;
      case 'start':
      case 'logoff':
      case 'response':
        return;
    }
  }

  #begin(): void {
    this.#events.send({ kind: 'start' });
    this.#wait(againNs);
  }

  #wait(delayNs: number): void {
    this.#again?.cancel();
    if (delayNs !== never) this.#again = this.#clock.after(delayNs, () => this.#begin());
  }

  #answer({ account, password }: Credentials, { identifier, type, data }: EapMessage): void {
    if (type === eapType.identity) {
      this.#respond(identifier, type, new TextEncoder().encode(account));
      return;
    }
    const challenge = type === eapType.md5Challenge ? unpackMd5(data) : undefined;
    if (challenge === undefined) return;
    this.#respond(identifier, type, packMd5(digestOf(identifier, password, challenge)));
  }

  #respond(identifier: number, type: number, data: Uint8Array): void {
    this.#events.send({ kind: 'response', identifier, type, data });
  }
}
