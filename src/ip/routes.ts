/** Longest prefix first: a hash per prefix length in use. */
import type { Ip } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import type { IpMachine } from './state.ts';

const missing = 'the IP machine is not built yet';

export interface RouteOptions {
  readonly prefix: Prefix;
  readonly interfaceIndex: number;
  /** Left out: the destination is on the link itself. */
  readonly gateway?: Ip | undefined;
  /** Lower wins. */
  readonly metric: number;
}

/** A route with the same prefix, interface and gateway is replaced. */
export function addRoute(_machine: IpMachine, _route: RouteOptions): void {
  throw new Error(missing);
}

export function removeRoute(_machine: IpMachine, _route: Omit<RouteOptions, 'metric'>): void {
  throw new Error(missing);
}
