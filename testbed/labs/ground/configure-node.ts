/** A node's devices, once they stand: addresses, neighbours, routes, and how frames leave. */

import { FaultError } from '../../../src/base/errors.ts';
import { changeLink, createLink, listLinks, nameLinkAlso } from '../../../src/linux/link.ts';
import { addAddress } from '../../../src/linux/link-address.ts';
import { setOffloads } from '../../../src/linux/link-offload.ts';
import { addNeighbour } from '../../../src/linux/neighbour.ts';
import { addRoute } from '../../../src/linux/route.ts';
import { type RouteRequest, RouteSocket } from '../../../src/linux/route-socket.ts';
import { setQdisc } from '../../../src/linux/traffic-control.ts';
import { type RigNode, type RigRoute, startingRoutes } from '../../plan/rig.ts';
import type { RigDevice } from '../../plan/rig-devices.ts';
import { runNft } from './run-nft.ts';
import type { SysctlWriter } from './sysctl-writer.ts';

export const bridgeName = 'bridge';

/** In the namespace of this thread. */
export function configureNode(node: RigNode, writer: SysctlWriter): void {
  using socket = new RouteSocket();
  if (node.isBridge) socket.apply([createLink('bridge', { name: bridgeName, up: true })]);
  const indexes = new Map(listLinks(socket).map(({ name, index }) => [name, index]));
  writer.write(node.devices.flatMap(({ sysctls }) => sysctls));
  for (const { device, wireSize } of node.devices) if (wireSize) setOffloads(device, false);
  socket.apply([
    changeLink(indexes.get('lo')!, { up: true }),
    ...node.devices.flatMap((one) => deviceRequests(one, indexes.get(one.device)!)),
    ...portRequests(node, indexes),
    ...startingRoutes(node).map((route) => routeRequest(route, indexes)),
  ]);
  if (node.nft !== undefined) installRules(node.node, node.nft);
}

/** In the namespace of this thread. */
export function installRules(node: string, rules: string): void {
  const refused = runNft(rules);
  if (refused === undefined) return;
  throw new FaultError({
    code: 'nft-refused',
    message: `nft refuses the rules of ${node}: ${refused}`,
  });
}

/**
 * Up first: for an address of a device that is up the kernel waits for memory; for one that it has when it
 * goes up it takes what is at hand, and drops it without a word where that is not enough.
 */
function deviceRequests(device: RigDevice, index: number): RouteRequest[] {
  const { alternativeName, addresses, qdiscs, startsDown } = device;
  return [
    ...(alternativeName === undefined ? [] : [nameLinkAlso(index, alternativeName)]),
    ...qdiscs.map((qdisc) => setQdisc(index, qdisc)),
    ...(startsDown ? [] : enableRequests(device, index)),
    ...addresses.map((prefix) => addAddress(index, prefix)),
  ];
}

/** What a device that goes down forgets is said again. */
function enableRequests({ neighbours }: RigDevice, index: number): RouteRequest[] {
  return [
    changeLink(index, { up: true }),
    ...neighbours.map(({ address, mac }) => addNeighbour(index, address, mac)),
  ];
}

/** In the namespace of this thread. Its addresses stay; its routes go with it and come back. */
export function setDeviceUp({ devices, routes }: RigNode, name: string, up: boolean): void {
  using socket = new RouteSocket();
  const { index } = listLinks(socket).find((one) => one.name === name)!;
  const device = devices.find((one) => one.device === name)!;
  const indexes = new Map([[name, index]]);
  const own = routes.filter((route) => route.device === name);
  socket.apply(
    up
      ? [...enableRequests(device, index), ...own.map((route) => routeRequest(route, indexes))]
      : [changeLink(index, { up: false })],
  );
}

function portRequests({ isBridge, devices }: RigNode, indexes: ReadonlyMap<string, number>) {
  const master = indexes.get(bridgeName)!;
  return isBridge ? devices.map(({ device }) => changeLink(indexes.get(device)!, { master })) : [];
}

export function routeRequest(route: RigRoute, indexes: ReadonlyMap<string, number>): RouteRequest {
  const { prefix: destination, device, gateway, metric } = route;
  const linkIndex = indexes.get(device)!;
  return addRoute({ destination, linkIndex, metric, ...(gateway !== undefined && { gateway }) });
}
