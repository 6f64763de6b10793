/** The TAP devices by which nodes in the kernel reach the hub, each made within its node's namespace. */
import { closeDescriptor } from '../../../src/linux/descriptor.ts';
import { changeLink, listLinks } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { TunDevice } from '../../../src/linux/tun.ts';
import type { HubPort } from './hub-port.ts';

/**
 * What a node may send ahead of the hub. A pause of the hub's must not lose what the model's own queue
 * would have taken: at a gigabit a second this is 50 ms.
 */
const queueFrames = 4_096;

export interface TapDevice {
  readonly port: HubPort;
  readonly tun: TunDevice;
}

/** In the order of the ports; all or none. Who sets them up, with their addresses, is the rig. */
export function openTapDevices(ports: readonly HubPort[]): TapDevice[] {
  const opened = new Map<HubPort, TapDevice>();
  try {
    for (const [path, its] of Map.groupBy(ports, (port) => port.namespacePath)) {
      for (const device of openWithin(path, its)) opened.set(device.port, device);
    }
  } catch (error) {
    for (const { tun } of opened.values()) tun[Symbol.dispose]();
    throw error;
  }
  return ports.map((port) => opened.get(port)!);
}

function openWithin(path: string, ports: readonly HubPort[]): TapDevice[] {
  return runWithin(path, () => {
    const devices: TapDevice[] = [];
    try {
      for (const port of ports) {
        devices.push({ port, tun: TunDevice.open({ name: port.device, kind: 'tap' }) });
      }
      configure(ports);
      return devices;
    } catch (error) {
      for (const { tun } of devices) closeDescriptor(tun.fd);
      throw error;
    }
  });
}

function configure(ports: readonly HubPort[]): void {
  using socket = new RouteSocket();
  socket.apply(
    ports.map(({ device, mac, mtuBytes }) =>
      changeLink(device, { mac, mtuBytes, queueLength: queueFrames }),
    ),
  );
}

export function setDeviceMtu({ namespacePath, device }: HubPort, mtuBytes: number): void {
  runWithin(namespacePath, () => {
    using socket = new RouteSocket();
    socket.apply([changeLink(device, { mtuBytes })]);
  });
}

/** How many frames each device had to drop because the hub did not fetch them; 0 of one that is gone. */
export function countOverruns(ports: readonly HubPort[]): number[] {
  const counts = new Map<HubPort, number>();
  for (const [path, its] of Map.groupBy(ports, (port) => port.namespacePath)) {
    for (const [port, count] of countWithin(path, its)) counts.set(port, count);
  }
  return ports.map((port) => counts.get(port) ?? 0);
}

function countWithin(path: string, ports: readonly HubPort[]): [HubPort, number][] {
  const links = linksWithin(path);
  return ports.map((port) => {
    const link = links.find(({ name }) => name === port.device);
    return [port, link?.unsentPackets ?? 0];
  });
}

/** A node whose namespace went before the hub was asked has no counters any more. */
function linksWithin(path: string) {
  try {
    return runWithin(path, () => {
      using socket = new RouteSocket();
      return listLinks(socket);
    });
  } catch {
    return [];
  }
}

function runWithin<T>(path: string, action: () => T): T {
  using namespace = NetworkNamespace.open(path);
  return runInNamespace(namespace, action);
}
