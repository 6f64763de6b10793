/** What the connection manager knows: links, applications, and what was answered for them. */
import type { Ip, Ipv4, Ipv6 } from '../base/address.ts';
import type { Holder } from './change-message.ts';
import type { Outcome } from './outcome-message.ts';
import type { Rule } from './rules.ts';
import type { KnownSocket } from './socket-identity.ts';

export interface LiveLink {
  readonly name: string;
  readonly ipv4: Ipv4 | undefined;
  readonly ipv6: Ipv6 | undefined;
}

/** Who holds sockets: the processes of one name are one application. */
export interface SeenApplication {
  /** What users call it. */
  readonly name: string;
  /** Its file, its script, what `ps` calls it: a rule may go by any of them. */
  readonly names: readonly string[];
  readonly sockets: readonly HeldSocket[];
}

export interface HeldSocket {
  readonly socket: KnownSocket;
  readonly holder: Holder;
}

export type Answer =
  | { readonly kind: 'none' }
  /** A question stands open; these links were offered. */
  | { readonly kind: 'asked'; readonly offered: readonly string[] }
  | { readonly kind: 'given'; readonly rule: Rule; readonly by: 'rule' | 'user' }
  /** By a user for what runs now; no rule. */
  | { readonly kind: 'skipped' };

export interface SocketRow {
  readonly application: string;
  holder: Holder;
  socket: KnownSocket;
  /** The link that it shall be on; undefined: nobody said so. */
  wanted: string | undefined;
  /** Of the change that was sent last. */
  order: number | undefined;
  outcome: Outcome | undefined;
}

export interface ApplicationRow {
  readonly name: string;
  names: readonly string[];
  answer: Answer;
  /** On which its sockets are, or shall be. */
  link: string | undefined;
}

export interface ManagerState {
  rules: readonly Rule[];
  /** Stored rules do not count as answers. */
  readonly asksAlways: boolean;
  /** Nobody is there to be asked: applications without a rule are left alone. */
  asksNobody: boolean;
  links: readonly LiveLink[];
  readonly applications: Map<string, ApplicationRow>;
  /** By cookie. */
  readonly sockets: Map<number, SocketRow>;
  readonly orders: Map<number, SocketRow>;
  nextOrder: number;
}

/** What follows from what the manager heard. */
export interface ManagerSink {
  prompt(application: string, offered: readonly string[]): void;
  /** To the stack side. */
  change(order: number, row: SocketRow, address: Ip, action: 'move' | 'reset'): void;
  /** From now on new sockets of this application begin on this link; undefined: where the system has them begin. */
  steer(application: ApplicationRow, link: LiveLink | undefined): void;
  linkGone(address: Ip): void;
  /** An answer that is to be kept. */
  keep(rule: Rule): void;
  record(kind: string, fields: Readonly<Record<string, string | number | boolean>>): void;
}

export type Refusal = 'unknown-application' | 'unknown-link' | 'unknown-socket';

export interface ManagerOptions {
  readonly rules?: readonly Rule[];
  readonly asksAlways?: boolean;
  readonly asksNobody?: boolean;
}

export function createManager(options: ManagerOptions = {}): ManagerState {
  return {
    rules: options.rules ?? [],
    asksAlways: options.asksAlways ?? false,
    asksNobody: options.asksNobody ?? false,
    links: [],
    applications: new Map(),
    sockets: new Map(),
    orders: new Map(),
    nextOrder: 1,
  };
}
