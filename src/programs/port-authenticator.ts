/** 802.1X at the ports of a switch: who is there, and does a server believe it? */
import type { Mac } from '../base/mac.ts';
import { fillRandom, type Random } from '../base/random.ts';
import type { ChapAnswer } from '../multicast/radius-words.ts';
import { type EapMessage, type Eapol, eapType } from '../wire/eapol.ts';
import { packMd5, unpackMd5 } from './eap-md5.ts';

export interface Claim {
  readonly port: string;
  readonly mac: Mac;
  readonly account: string;
}

export interface AuthenticatorEvents {
  send(port: string, mac: Mac, eapol: Eapol): void;
  check(claim: Claim, answer: ChapAnswer, then: (isRight: boolean) => void): void;
  admitted(claim: Claim): void;
  /** It went, or could not say who it is. */
  dismissed(port: string, mac: Mac): void;
}

interface Conversation {
  readonly identifier: number;
  readonly step:
    | { readonly kind: 'identity' }
    | { readonly kind: 'challenge'; readonly account: string; readonly challenge: Uint8Array }
    | { readonly kind: 'checking' };
}

const challengeBytes = 16;

export class PortAuthenticator {
  readonly #random: Random;
  readonly #events: AuthenticatorEvents;
  readonly #conversations = new Map<string, Conversation>();
  #nextIdentifier = 1;

  constructor(random: Random, events: AuthenticatorEvents) {
    this.#random = random;
    this.#events = events;
  }

  receive(port: string, mac: Mac, eapol: Eapol): void {
    switch (eapol.kind) {
      case 'start':
        this.#request(port, mac, { kind: 'identity' }, eapType.identity, new Uint8Array(0));
        return;
      case 'logoff':
        this.#conversations.delete(keyOf(port, mac));
        this.#events.dismissed(port, mac);
        return;
      case 'response':
        this.#takeResponse(port, mac, eapol);
        return;
      case 'request':
      case 'success':
      case 'failure':
        return;
    }
  }

  loseLink(port: string): void {
    for (const key of this.#conversations.keys()) {
      if (key.startsWith(`${port} `)) this.#conversations.delete(key);
    }
  }

  #request(
    port: string,
    mac: Mac,
    step: Conversation['step'],
    type: number,
    data: Uint8Array,
  ): void {
    const identifier = this.#nextIdentifier;
    this.#nextIdentifier = (identifier + 1) % 256;
    this.#conversations.set(keyOf(port, mac), { identifier, step });
    this.#events.send(port, mac, { kind: 'request', identifier, type, data });
  }

  #takeResponse(port: string, mac: Mac, { identifier, type, data }: EapMessage): void {
    const asked = this.#conversations.get(keyOf(port, mac));
    if (asked?.identifier !== identifier) return;
    const { step } = asked;
    if (step.kind === 'identity' && type === eapType.identity) {
      this.#challenge(port, mac, new TextDecoder().decode(data));
    } else if (step.kind === 'challenge') {
      const digest = type === eapType.md5Challenge ? unpackMd5(data) : undefined;
      const { account, challenge } = step;
      if (digest === undefined) this.#refuse(port, mac, identifier);
      else this.#check({ port, mac, account }, { identifier, challenge, digest });
    }
  }

  #challenge(port: string, mac: Mac, account: string): void {
    const challenge = new Uint8Array(challengeBytes);
    fillRandom(this.#random, challenge);
    const step = { kind: 'challenge', account, challenge } as const;
    this.#request(port, mac, step, eapType.md5Challenge, packMd5(challenge));
  }

  #check(claim: Claim, answer: ChapAnswer): void {
    const { port, mac } = claim;
    const { identifier } = answer;
    const checking: Conversation = { identifier, step: { kind: 'checking' } };
    this.#conversations.set(keyOf(port, mac), checking);
    this.#events.check(claim, answer, (isRight) => {
      // It has gone since, or begun again.
      if (this.#conversations.get(keyOf(port, mac)) !== checking) return;
      if (isRight) this.#admit(claim, identifier);
      else this.#refuse(port, mac, identifier);
    });
  }

  #admit(claim: Claim, identifier: number): void {
    const { port, mac } = claim;
    this.#conversations.delete(keyOf(port, mac));
    this.#events.admitted(claim);
    this.#events.send(port, mac, { kind: 'success', identifier });
  }

  #refuse(port: string, mac: Mac, identifier: number): void {
    this.#conversations.delete(keyOf(port, mac));
    this.#events.dismissed(port, mac);
    this.#events.send(port, mac, { kind: 'failure', identifier });
  }
}

function keyOf(port: string, mac: Mac): string {
  return `${port} ${mac}`;
}
