/** Packets that this machine makes: source, route, header, and onto the way. */
import type { Ip } from '../base/address.ts';
import type { SendOutcome } from './outcome.ts';
import type { IpSink } from './sink.ts';
import type { IpMachine } from './state.ts';

const missing = 'the IP machine is not built yet';

export interface OwnPacket {
  /** Left out: chosen by the route. */
  readonly source?: Ip | undefined;
  readonly destination: Ip;
  readonly protocol: number;
  readonly ttl?: number | undefined;
  readonly dontFragment?: boolean | undefined;
  readonly interfaceIndex?: number | undefined;
  /** With its checksum, where the protocol has one. */
  readonly payload: Uint8Array;
}

export function sendPacket(
  _machine: IpMachine,
  _nowNs: number,
  _packet: OwnPacket,
  _sink: IpSink,
): SendOutcome {
  throw new Error(missing);
}
