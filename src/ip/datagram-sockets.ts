/** UDP sockets: who is bound where, and whom a datagram is for. */
import type { Family, Ip } from '../base/address.ts';
import type { BindOutcome } from './outcome.ts';
import type { IpMachine } from './state.ts';

const missing = 'the IP machine is not built yet';

export interface BindOptions {
  readonly family: Family;
  /** Left out or unspecified: any address of the machine. */
  readonly address?: Ip | undefined;
  /** Left out or 0: one that is free, at random (RFC 6056 3.3.1). */
  readonly port?: number | undefined;
  /** Sends and receives by this interface only. */
  readonly interfaceIndex?: number | undefined;
}

/** The token is the caller's name for the socket: it comes back with what arrives for it. */
export function bindDatagramSocket(
  _machine: IpMachine,
  _token: number,
  _options: BindOptions,
): BindOutcome {
  throw new Error(missing);
}

export function closeDatagramSocket(_machine: IpMachine, _token: number): void {
  throw new Error(missing);
}
