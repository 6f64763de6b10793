/**
 * What the three parties of an upgrade say: the source, which serves now; the target, which will; and the
 * unit, which outlives both and keeps service, process and sockets together. Descriptors travel beside a
 * message, one for each socket that it names, in its order.
 */

/** A socket of a service: given by whoever made it, and kept when its owner changes. */
export type SocketId = number;

export interface NamedSocket {
  readonly socket: SocketId;
  /** Of a stack of our own: the `device` that it stands on, and its `stream`s, of which the unit holds nothing. */
  readonly kind: 'listener' | 'connection' | 'device' | 'stream';
  /** For people: `10.0.0.1:80` of a listener, the far end of a connection. */
  readonly name: string;
}

/** Whether a descriptor of it goes beside a message that names it. */
export function bringsDescriptor({ kind }: NamedSocket): boolean {
  return kind !== 'stream';
}

/** What a connection's user had of it in its own memory when it stopped; nothing is said of one that had none. */
export interface Leftover {
  readonly socket: SocketId;
  /** Read from the socket, not yet taken by the service. Base64. */
  readonly unread: string;
  /** Said by the service, not yet taken by the socket. Base64. */
  readonly unsent: string;
  /** What the service itself wants its successor to know of this connection. */
  readonly note: string;
}

/** Secrets: who shows one was told it by the source, with the state or with the indication. */
export interface Tokens {
  readonly state: string;
  readonly indication: string;
}

/** With the descriptors of `sockets` beside it where it says so. */
export type ToUnit =
  | { readonly kind: 'register'; readonly service: string; readonly version: string }
  /** With descriptors. */
  | { readonly kind: 'opened'; readonly sockets: readonly NamedSocket[] }
  | { readonly kind: 'closed'; readonly socket: SocketId }
  | { readonly kind: 'intend' }
  /** Its own descriptors are closed: the unit's are the only ones now. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'give-back'; readonly reason: string }
  /** A target asks for duplicates while its source still serves, with the token of the state. */
  | { readonly kind: 'prepare'; readonly service: string; readonly token: string }
  /** With the token of the indication. Where it overtakes the source's word, it waits for that. */
  | {
      readonly kind: 'request';
      readonly service: string;
      readonly token: string;
      readonly version: string;
    }
  /** The target holds its sockets and has read from none. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'ask-upgrade'; readonly service: string; readonly command: readonly string[] }
  | { readonly kind: 'list' };

export type FromUnit =
  | { readonly kind: 'registered' }
  | { readonly kind: 'refused'; readonly reason: Refusal }
  | { readonly kind: 'ticket'; readonly tokens: Tokens }
  /** With descriptors. */
  | { readonly kind: 'prepared'; readonly sockets: readonly NamedSocket[] }
  /** One of the prepared was closed by the source. */
  | { readonly kind: 'let-go'; readonly socket: SocketId }
  /** With descriptors: those that the target did not prepare. */
  | { readonly kind: 'switched'; readonly sockets: readonly NamedSocket[] }
  /** With descriptors: the switch did not happen, go on. */
  | { readonly kind: 'given-back'; readonly sockets: readonly NamedSocket[] }
  /** To both: the target serves; the source may leave. */
  | { readonly kind: 'committed' }
  | { readonly kind: 'upgrade-asked'; readonly command: readonly string[] }
  /** To whoever asked for the upgrade: what became of it. */
  | { readonly kind: 'switched-to'; readonly version: string; readonly pid: number }
  | { readonly kind: 'kept'; readonly reason: string }
  | { readonly kind: 'table'; readonly services: readonly ServiceRow[] };

export type SourceToTarget =
  | {
      readonly kind: 'state';
      readonly service: string;
      readonly token: string;
      readonly version: string;
      readonly state: string;
    }
  /** `changes`: what came to the state since it was copied. */
  | {
      readonly kind: 'data';
      readonly changes: string;
      readonly leftovers: readonly Leftover[];
      /** Of sockets that are not the kernel's: what they are, beside what descriptors hold. */
      readonly carried: string;
    }
  | { readonly kind: 'indication'; readonly service: string; readonly token: string };

export type TargetToSource =
  | { readonly kind: 'hello'; readonly version: string; readonly pid: number }
  | { readonly kind: 'state-copied' }
  | { readonly kind: 'refuse'; readonly reason: string };

export type Refusal =
  /** Another process serves it. */
  | 'name-taken'
  | 'no-such-service'
  /** A switch of it is under way. */
  | 'already-upgrading'
  /** No source told this process to ask: it has no indication, or an old one. */
  | 'no-indication'
  /** Said by somebody who serves nothing. */
  | 'not-registered';

export interface ServiceRow {
  readonly service: string;
  readonly version: string;
  readonly pid: number;
  readonly phase: 'serving' | 'intending' | 'stopped' | 'switching';
  readonly sockets: readonly NamedSocket[];
}
