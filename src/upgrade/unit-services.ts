/** What the unit knows of a service: whose it is, its sockets, and how far a switch of it is. */
import {
  bringsDescriptor,
  type NamedSocket,
  type ServiceRow,
  type SocketId,
  type Tokens,
} from './messages.ts';

/** A process that is connected to the unit. */
export type ClientId = number;

export interface Client {
  readonly id: ClientId;
  /** As the kernel told it, not as the client says. */
  readonly pid: number;
}

/**
 * `intending`: the source has tokens and serves on. `stopped`: no process has the sockets. `switching`:
 * the target was given them, and has not said that it holds them.
 */
export type Phase =
  | { readonly kind: 'serving' }
  | ({ readonly kind: 'intending' } & Intention)
  | ({ readonly kind: 'stopped' } & Intention)
  | { readonly kind: 'switching'; readonly target: Client; readonly version: string };

export interface Intention {
  readonly tokens: Tokens;
  readonly prepared: Prepared | undefined;
  /** A request that came before the source's word that it stopped. */
  readonly early: EarlyRequest | undefined;
}

export interface EarlyRequest {
  readonly target: Client;
  readonly version: string;
}

/** A target that has duplicates of these already. */
interface Prepared {
  readonly target: ClientId;
  readonly sockets: Set<SocketId>;
}

export interface Service {
  readonly name: string;
  owner: Client;
  version: string;
  phase: Phase;
  /** Who asked for the upgrade that is under way, if it was not the owner itself. */
  asker: ClientId | undefined;
  /** `never` unless the owner is gone in the middle of a switch: then, how long the target has left. */
  orphanedUntilNs: number;
  readonly sockets: Map<SocketId, NamedSocket>;
}

export interface UnitState {
  readonly services: Map<string, Service>;
}

/** Socket numbers belong to a service. */
export interface HeldSocket {
  readonly service: string;
  readonly socket: SocketId;
}

export function tableOf({ services }: UnitState): ServiceRow[] {
  return [...services.values()].map(({ name, version, owner, phase, sockets }) => ({
    ...{ service: name, version, pid: owner.pid, phase: phase.kind },
    sockets: [...sockets.values()],
  }));
}

export function heldOf(service: Service): HeldSocket[] {
  return bringing(service, [...service.sockets.values()]);
}

/** Of those that have a descriptor. */
export function bringing({ name }: Service, sockets: readonly NamedSocket[]): HeldSocket[] {
  return sockets.filter(bringsDescriptor).map(({ socket }) => ({ service: name, socket }));
}
