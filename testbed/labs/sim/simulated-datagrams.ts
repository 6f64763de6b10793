/** UDP sockets of a simulated host, on the node's IP machine. */
import type { Endpoint } from '../../../src/base/address.ts';
import { formatIp } from '../../../src/base/address.ts';
import { FaultError } from '../../../src/base/errors.ts';
import type {
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  SendOptions,
  SendOutcome,
} from '../../../src/host/host.ts';
import { sendFrom } from '../../../src/ip/datagram-output.ts';
import { bindDatagramSocket, closeDatagramSocket } from '../../../src/ip/datagram-sockets.ts';
import type { DatagramArrival, IcmpErrorArrival } from '../../../src/ip/sink.ts';
import type { DatagramSocketState } from '../../../src/ip/state.ts';
import type { SocketListener } from '../network/socket-listener.ts';
import type { HostOwner } from './host-owner.ts';

export function openDatagramSocket(
  host: HostOwner,
  options: DatagramOptions,
  events: DatagramEvents,
): DatagramSocket {
  const { station } = host;
  const token = station.nextToken();
  const { interface: name, ...rest } = options;
  const bound = bindDatagramSocket(station.machine, token, {
    ...rest,
    ...(name !== undefined && { interfaceIndex: indexOf(host, name) }),
  });
  if (bound.kind !== 'bound') throw bindError(station.name, options, bound.kind);
  const state = station.machine.sockets.byToken[token]!;
  const socket = new SimulatedDatagramSocket(host, state, bound.local, events);
  station.sockets[token] = socket;
  return socket;
}

/** A virtual interface is one as well. */
function indexOf(host: HostOwner, name: string): number {
  const virtual = [...host.station.virtualInterfaces].find(([, one]) => one.name === name);
  return virtual?.[0] ?? host.portOf(name);
}

class SimulatedDatagramSocket implements DatagramSocket, SocketListener {
  readonly #host: HostOwner;
  readonly #state: DatagramSocketState;
  readonly #events: DatagramEvents;
  #closed = false;
  readonly local: Endpoint;

  constructor(
    host: HostOwner,
    state: DatagramSocketState,
    local: Endpoint,
    events: DatagramEvents,
  ) {
    this.local = local;
    this.#host = host;
    this.#state = state;
    this.#events = events;
  }

  send(payload: Uint8Array, to: Endpoint, options: SendOptions = {}): SendOutcome {
    if (this.#closed) return 'closed';
    const { station } = this.#host;
    const outcome = sendFrom(
      station.machine,
      station.nowNs(),
      this.#state,
      payload,
      to,
      options,
      station,
    );
    station.settle();
    return outcome;
  }

  datagram(arrival: DatagramArrival): void {
    const { station } = this.#host;
    this.#host.guard(() =>
      this.#events.received({
        from: arrival.source,
        to: arrival.destination,
        interface: station.interfaceName(arrival.interfaceIndex),
        ttl: arrival.ttl,
        payload: arrival.payload,
      }),
    );
  }

  icmpError(arrival: IcmpErrorArrival): void {
    const { kind, reporter, destination, mtuBytes } = arrival;
    const error = { kind, reporter, destination, ...(mtuBytes !== undefined && { mtuBytes }) };
    this.#host.guard(() => this.#events.pathError?.(error));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { station } = this.#host;
    const { token } = this.#state;
    if (station.sockets[token] === this) {
      station.sockets[token] = undefined;
      closeDatagramSocket(station.machine, token);
    }
    this.#host.forget(this);
  }
}

function bindError(node: string, options: DatagramOptions, code: string): FaultError {
  const address = options.address === undefined ? 'any address' : formatIp(options.address);
  return new FaultError({
    code,
    message: `${node} can't bind UDP port ${options.port ?? 0} of ${address}: ${code.replaceAll('-', ' ')}`,
    hint: 'give the program another port, or the node the address',
  });
}
