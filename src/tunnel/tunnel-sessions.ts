/** The terminals that a proxy knows: each has a session, whose requests count once. */
import { drawUint32, fillRandom, type Random } from '../base/random.ts';
import {
  createReplayWindow,
  isFresh,
  noteCounter,
  type ReplayWindow,
} from '../punch/replay-window.ts';
import { type TunnelMessage, tunnelNonceBytes } from '../wire/tunnel.ts';
import { isRequestTrue, sealWelcome, sessionKeyOf } from './credentials.ts';

type Of<K extends TunnelMessage['kind']> = Extract<TunnelMessage, { readonly kind: K }>;

interface Session {
  readonly key: Uint8Array;
  readonly window: ReplayWindow;
}

/** Anybody can say hello: those that never asked for anything make room for those after them. */
const mostUnproven = 256;
const mostProven = 4_096;

export class TunnelSessions {
  readonly #random: Random;
  readonly #key: Uint8Array;
  readonly #unproven = new Map<number, Session>();
  readonly #proven = new Map<number, Session>();

  constructor(random: Random, key: Uint8Array) {
    this.#random = random;
    this.#key = key;
  }

  /** The answer to a hello. */
  welcome(hello: Of<'hello'>): Uint8Array {
    const session = drawUint32(this.#random) * 65_536 + (drawUint32(this.#random) >>> 16);
    const nonce = new Uint8Array(tunnelNonceBytes);
    fillRandom(this.#random, nonce);
    const key = sessionKeyOf(this.#key, hello, { session, nonce });
    keep(this.#unproven, session, { key, window: createReplayWindow() }, mostUnproven);
    return sealWelcome(this.#key, hello, { session, nonce });
  }

  /** Why a request is none; undefined: it is one, and counts from now on. */
  problemOf(request: Of<'request'>): 'unknown-session' | 'forged' | 'replayed' | undefined {
    const { session: name, counter } = request;
    const session = this.#proven.get(name) ?? this.#unproven.get(name);
    if (session === undefined) return 'unknown-session';
    if (!isRequestTrue(session.key, request)) return 'forged';
    if (!isFresh(session.window, counter)) return 'replayed';
    noteCounter(session.window, counter);
    if (this.#unproven.delete(name)) keep(this.#proven, name, session, mostProven);
    return undefined;
  }
}

/** The oldest makes room. */
function keep(sessions: Map<number, Session>, name: number, session: Session, most: number): void {
  sessions.set(name, session);
  if (sessions.size > most) sessions.delete(sessions.keys().next().value!);
}
