/** A virtual interface (a TUN device) of a simulated node, with a program on its other side. */
import type {
  VirtualInterface,
  VirtualInterfaceEvents,
  VirtualInterfaceOptions,
} from '../../../src/host/host.ts';
import { addInterface, removeInterface } from '../../../src/ip/interfaces.ts';
import { receivePacket } from '../../../src/ip/machine.ts';
import { addRoute } from '../../../src/ip/routes.ts';
import type { HostOwner } from './host-owner.ts';

/** More specific than a default route, and preferred among equals. */
const virtualMetric = 0;

export function openVirtualInterface(
  host: HostOwner,
  options: VirtualInterfaceOptions,
  events: VirtualInterfaceEvents,
): VirtualInterface {
  const { station } = host;
  const { name, addresses, mtuBytes, routes } = options;
  const index = addInterface(station.machine, { name, mac: undefined, addresses, mtuBytes });
  for (const prefix of routes) {
    addRoute(station.machine, { prefix, interfaceIndex: index, metric: virtualMetric });
  }
  station.virtualInterfaces.set(index, {
    name,
    packet: (packet) => host.guard(() => events.packet(packet)),
  });
  let closed = false;
  const injected: Uint8Array[] = [];
  const deliver = (): void => {
    for (const packet of injected.splice(0)) {
      if (closed) return;
      receivePacket(station.machine, station.nowNs(), index, packet, station);
    }
    station.settle();
  };
  const virtual: VirtualInterface = {
    name,
    inject(packet) {
      if (closed) return 'closed';
      // The answer of an application must not come inside this call.
      if (injected.length === 0) host.clock.after(0, deliver);
      injected.push(packet.slice());
      return 'accepted';
    },
    close() {
      if (closed) return;
      closed = true;
      if (station.virtualInterfaces.delete(index)) removeInterface(station.machine, index);
      host.forget(virtual);
    },
  };
  return virtual;
}
