/**
 * Frame ports over a packet ring. A port without leases is a tap: it sees what arrives, and takes
 * nothing away. One with leases has a filter in the kernel, and whoever gives ports out holds them for it.
 */
import { FaultError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import type {
  FramePort,
  FramePortEvents,
  FramePortOptions,
  InterfaceInfo,
  Lease,
} from '../host/host.ts';
import { closeDescriptor } from '../linux/descriptor.ts';
import { ethernetHeaderBytes } from '../wire/ethernet.ts';
import type { HostOwner } from './host-owner.ts';
import { leaseFilter, mostLeases } from './lease-filter.ts';
import { holdLeases } from './lease-hold.ts';
import { RingPort } from './ring-port.ts';

/** What a frame port needs of the host that opened it. */
export type FramePortOwner = Pick<HostOwner, 'node' | 'loop' | 'records' | 'forget'> & {
  readonly interfaces: {
    list(): readonly InterfaceInfo[];
    isUp(name: string): boolean;
  };
};

/** Takes the ports for an interface, and gives back what gives them back. */
export type HoldLeases = (
  interfaceName: string,
  leases: readonly Lease[],
) => { close(): void } | undefined;

/** In the namespace of this thread. */
export function openFramePort(
  host: FramePortOwner,
  options: FramePortOptions,
  events: FramePortEvents,
  hold: HoldLeases = holdInKernel,
): FramePort {
  const info = host.interfaces.list().find(({ name }) => name === options.interface);
  if (info === undefined) throw noSuchInterface(host, options.interface);
  const leases = options.leases ?? [];
  if (leases.length > mostLeases) throw tooManyLeases(leases.length);
  const held = hold(info.name, leases);
  try {
    return new RealFramePort(host, info, held, options.leases, events);
  } catch (error) {
    held?.close();
    throw error;
  }
}

function holdInKernel(interfaceName: string, leases: readonly Lease[]): { close(): void } {
  const held = holdLeases(interfaceName, leases);
  return {
    close: () => {
      for (const fd of held) closeDescriptor(fd);
    },
  };
}

class RealFramePort implements FramePort {
  readonly mac: Mac;
  readonly mtuBytes: number;
  readonly #host: FramePortOwner;
  readonly #name: string;
  readonly #port: RingPort;
  readonly #held: { close(): void } | undefined;
  #isClosed = false;

  constructor(
    host: FramePortOwner,
    { name, index, mac, mtuBytes }: InterfaceInfo,
    held: { close(): void } | undefined,
    leases: readonly Lease[] | undefined,
    events: FramePortEvents,
  ) {
    this.mac = mac;
    this.mtuBytes = mtuBytes;
    this.#host = host;
    this.#name = name;
    this.#held = held;
    const filter = leases && { filter: leaseFilter(leases) };
    this.#port = new RingPort(
      { loop: host.loop, interfaceIndex: index, mtuBytes, ...filter },
      {
        received: (frame) => events.received(frame),
        cut: (wireBytes) => host.records.record('frame-port.cut', { interface: name, wireBytes }),
      },
    );
  }

  send(frame: Uint8Array): ReturnType<FramePort['send']> {
    if (this.#isClosed) return 'closed';
    if (!this.#host.interfaces.isUp(this.#name)) return 'interface-down';
    if (frame.length > ethernetHeaderBytes + this.mtuBytes) return 'message-too-long';
    this.#port.send(frame);
    return 'sent';
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#port.close();
    this.#held?.close();
    this.#host.forget(this);
  }
}

function noSuchInterface(host: FramePortOwner, name: string): FaultError {
  const names = host.interfaces.list().map((info) => info.name);
  return new FaultError({
    code: 'no-such-interface',
    message: `${host.node} has no interface ${name}`,
    hint: `it has ${names.join(', ')}`,
  });
}

function tooManyLeases(count: number): FaultError {
  return new FaultError({
    code: 'too-many-leases',
    message: `a frame port has ${mostLeases} leases at most, and ${count} were asked for`,
  });
}
