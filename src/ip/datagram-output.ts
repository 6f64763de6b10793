/** Sending UDP datagrams (RFC 768). */
import type { Endpoint } from '../base/address.ts';
import type { DatagramSendOptions, SendOutcome } from './outcome.ts';
import type { IpSink } from './sink.ts';
import type { IpMachine } from './state.ts';

const missing = 'the IP machine is not built yet';

export function sendDatagram(
  _machine: IpMachine,
  _nowNs: number,
  _token: number,
  _payload: Uint8Array,
  _to: Endpoint,
  _options: DatagramSendOptions,
  _sink: IpSink,
): SendOutcome {
  throw new Error(missing);
}
