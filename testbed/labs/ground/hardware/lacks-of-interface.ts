/** Whether an interface of this machine can be borrowed for a run. */
import { existsSync } from 'node:fs';
import { listLinks } from '../../../../src/linux/link.ts';
import { RouteSocket } from '../../../../src/linux/route-socket.ts';
import type { Lack } from '../../lab.ts';
import { findTool } from '../../processes/find-tool.ts';
import { readInterface } from './interface-state.ts';

export function lacksOfInterface(node: string, name: string): Lack[] {
  if (findTool('ip') === undefined) {
    const what = `${name} can't be borrowed for ${node}: the command ip is not here`;
    return [{ what, remedy: 'sudo apt-get install --no-install-recommends iproute2' }];
  }
  using socket = new RouteSocket();
  const links = listLinks(socket);
  const link = links.find((one) => one.name === name);
  if (link === undefined) {
    const names = links.filter(({ isLoopback }) => !isLoopback).map((one) => one.name);
    const what = `${node} is behind ${name}, and this machine has no such interface`;
    return [{ what, remedy: `it has ${names.join(', ') || 'none'}: ip -br link` }];
  }
  if (link.isLoopback || existsSync(`/sys/class/net/${name}/bridge`)) {
    const what = `${name}, behind which ${node} should be, leads to no machine`;
    return [{ what, remedy: 'name a network card, or the TAP of a virtual machine' }];
  }
  if (!leadsOut(name)) return [];
  const what = `${name}, behind which ${node} should be, has this machine's default route`;
  return [{ what, remedy: 'name an interface that nobody needs meanwhile' }];
}

/** Taken, it would cut off whoever is logged in by it. */
function leadsOut(name: string): boolean {
  return readInterface(name).state.routes.some((words) => words.includes('default'));
}
